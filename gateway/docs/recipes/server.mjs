// A server that announces itself: one key under a lease, kept alive, withdrawn on TERM.
// usage: ETCD=http://127.0.0.1:2379 node server.mjs PORT BACKEND ID
// It speaks etcd's own JSON (/v3/...), so it needs nothing but Node 18.
import { createServer } from "node:http";

const [port, backend, id] = process.argv.slice(2);
const etcd = process.env.ETCD ?? "http://127.0.0.1:2379";
const leaseSeconds = 10;
const base64 = (text) => Buffer.from(text).toString("base64");

async function ask(path, body) {
  const answer = await fetch(`${etcd}/v3/${path}`, { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function announce() {
  const { ID: lease } = await ask("lease/grant", { TTL: leaseSeconds });
  const key = `/vulcand/backends/${backend}/servers/${id}`;
  await ask("kv/put", { key: base64(key), value: base64(JSON.stringify({ URL: `http://127.0.0.1:${port}` })), lease });
  return lease;
}

const server = createServer((request, response) => response.end(`${id} by Node\n`));
server.listen(Number(port), "127.0.0.1");

let lease;
let asking = Promise.resolve();
async function stayAnnounced() {
  try {
    // A lease that is gone answers without a TTL: the store was away for longer than it lasts.
    if (lease && !(await ask("lease/keepalive", { ID: lease })).result.TTL) lease = undefined;
    lease ??= await announce();
  } catch (away) {
    console.error("etcd:", away.message);
  }
}
const turn = () => (asking = asking.then(stayAnnounced));
turn();
const timer = setInterval(turn, (leaseSeconds * 1000) / 3);

process.on("SIGTERM", async () => {
  clearInterval(timer);
  await asking;
  if (lease) await ask("lease/revoke", { ID: lease }).catch((away) => console.error("etcd:", away.message));
  // Gateways let go at once; what is under way ends here.
  setTimeout(() => process.exit(0), 2000);
});
