// The page of a gateway in a real browser: it opens without an error of its own, searches, is used by keys, shows requests as they end, explains them, follows a canary with its report, shows the history and the fleet, and says within seconds that a server is gone.
// usage: node page.js FOLDER ADMIN-URL TOKEN LISTENER-URL SERVER-PID [PICTURES]: FOLDER has playwright-core; the server of backend b is ended by this. Asks nobody but the gateway.
const [folder, admin, token, listener, server, pictures] = process.argv.slice(2);
const { spawn } = require('child_process');
const { chromium } = require(folder + '/node_modules/playwright-core');
const fail = what => { console.error('page: ' + what); process.exit(1); };
(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const wrong = [];
  const open = async (width, height, colorScheme) => {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    page.setDefaultTimeout(60000);
    page.on('pageerror', error => wrong.push(String(error)));
    page.on('console', said => { if (said.type() === 'error' && !/status of 401/.test(said.text())) wrong.push(said.text()); });
    page.on('request', asked => { if (!asked.url().startsWith(admin) && !asked.url().startsWith('data:')) wrong.push('asks ' + asked.url()); });
    await page.goto(admin + '/');
    await page.getByLabel('Token', { exact: true }).last().fill(token);
    await page.keyboard.press('Enter');
    await page.getByText('serving', { exact: true }).waitFor();
    return page;
  };
  const page = await open(1400, 900, 'light');
  await page.getByText('1,001 frontends').waitFor();
  const drawn = await page.locator('.row').count();
  if (drawn > 60) fail('found ' + drawn + ' rows of 1001 drawn, expected those that are seen');
  await page.keyboard.press('/');
  await page.keyboard.type('app-0777');
  await page.getByText('1 found').waitFor();
  await page.getByText('app-0777', { exact: true }).waitFor();

  await page.getByRole('tab', { name: 'Servers' }).click();
  await page.getByText('ready', { exact: true }).first().waitFor();
  await page.keyboard.press('ArrowRight');
  if (await page.getByRole('tab', { name: 'Listeners' }).getAttribute('aria-selected') !== 'true') fail('an arrow key does not go to the next view');

  await page.getByRole('tab', { name: 'Requests' }).click();
  let id = null;
  const asking = setInterval(() => fetch(listener + '/app-0001/x').then(answer => { id = answer.headers.get('x-request-id'); }, () => {}), 100);
  await page.getByText('GET 127.0.0.1/app-0001/x').first().waitFor();
  clearInterval(asking);
  await page.getByRole('tab', { name: 'Why' }).click();
  await page.getByLabel('Request', { exact: true }).fill(id);
  await page.keyboard.press('Enter');
  await page.getByText('taken by app-0001').waitFor();
  await page.getByLabel('Request', { exact: true }).fill('GET ' + listener + '/shop/cart');
  await page.keyboard.press('Enter');
  await page.getByText('taken by shop').waitFor();
  await page.getByText('no other one matches').waitFor();

  // A canary, live: its share as it grows, its report in its frame, and what it changed in the history.
  await page.getByRole('tab', { name: 'Rollouts' }).click();
  await page.getByText('no rollout yet').waitFor();
  const shopping = setInterval(() => fetch(listener + '/shop/').catch(() => {}), 20);
  const canary = spawn('sluice', ['rollout', 'canary', 'shop', '--to', 'newer', '--steps', '10,50,100', '--step-time', '2', '--min-requests', '10', '--judge', 'ResponseCodeRatio(500, 600, 0, 600) < 0.5'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise(done => canary.on('exit', done));
  await page.getByText('running', { exact: true }).waitFor();
  await page.getByText(/, 50 %, step 2 of 3/).waitFor();
  if (await ended !== 0) fail('the canary did not end well');
  clearInterval(shopping);
  await page.getByText('done', { exact: true }).waitFor();
  const report = page.frameLocator('iframe');
  await report.getByText('Done: everything is at the new one').waitFor();
  const ground = await report.locator('header').evaluate(header => getComputedStyle(header).borderLeftWidth);
  if (ground === '0px') fail('the report has lost its style');
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('rollout shop').first().click();
  await page.locator('details[open] .added').first().waitFor();
  await page.getByText('the shop opens').waitFor();
  await page.getByRole('tab', { name: 'Fleet' }).click();
  await page.getByText('this one').waitFor();

  await page.getByRole('tab', { name: 'Servers' }).click();
  await page.getByText('ready', { exact: true }).first().waitFor();
  const before = Date.now();
  process.kill(Number(server));
  const failing = setInterval(() => fetch(listener + '/app-0001/x').catch(() => {}), 50);
  await page.getByText('failing', { exact: true }).waitFor();
  console.log('a server that went down was seen after ' + ((Date.now() - before) / 1000).toFixed(1) + ' s');
  await page.getByText('which does not answer').waitFor();
  clearInterval(failing);

  const visiting = setInterval(() => ['/shop/', '/shop/', '/shop/', '/app-0001/x'].forEach(path => fetch(listener + path).catch(() => {})), 60);
  for (const [width, height, scheme] of [[1400, 900, 'light'], [820, 1000, 'dark'], [390, 800, 'light']]) {
    const other = await open(width, height, scheme);
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) fail('at ' + width + ' the page is wider than the window by ' + wide);
    if (pictures) for (const tab of ['Frontends', 'Servers', 'Requests', 'Why', 'Rollouts', 'History', 'Fleet']) {
      await other.getByRole('tab', { name: tab }).click();
      await other.waitForTimeout(tab === 'Frontends' ? 15000 : 2500);
      await other.screenshot({ path: pictures + '/' + tab.toLowerCase() + '-' + width + '.png' });
    }
    await other.close();
  }
  clearInterval(visiting);
  if (wrong.length) fail(wrong.join('\n'));
  await browser.close();
})().catch(error => fail(String(error)));
