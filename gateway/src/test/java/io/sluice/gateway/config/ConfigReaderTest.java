package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  private final KeyTree.Editor tree = KeyTree.EMPTY.edit();
  private final ConfigReader reader = new ConfigReader();

  @Test
  void vulcandsRecordsAreReadWithNamesInAnyCase() {
    put(
        "backends/b1/backend",
        "{'type':'http','SETTINGS':{'Timeouts':{'read':'1s','Dial':'1m30s'},'KeepAlive':{'Period':4000000000,'MaxIdleConnsPerHost':3}}}");
    put("backends/b1/servers/s1", "{'Id':'ignored','URL':'http://Host.example:5000/path'}");
    put(
        "frontends/f1/frontend",
        "{'Type':'http','BackendId':'b1','Route':'Path(`/`)','Settings':{'FailoverPredicate':'Attempts()"
            + " < 2','Limits':{'MaxMemBodyBytes':12,'MaxBodyBytes':400},'Hostname':'h1','TrustForwardHeader':true,'PassHostHeader':true}}");
    put(
        "frontends/f1/middlewares/m1",
        "{'Priority':1,'Type':'connlimit','Middleware':{'Connections':16,'Variable':'client.ip'}}");
    put(
        "listeners/l1",
        "{'Protocol':'HTTP','Address':{'Network':'tcp','Address':'[::1]:9000'},'Scope':'Host(`a`)','Settings':{'Default':true}}");

    Config config = reader.read(tree.done());

    assertThat(config.problems())
        .singleElement()
        .satisfies(path -> assertThat(path.found()).contains("have no effect"));
    assertThat(config.backends().get("b1"))
        .isEqualTo(
            new Backend(
                "b1",
                new UpstreamTimeouts(
                    Duration.ofSeconds(90),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(5),
                    Duration.ofHours(1),
                    Duration.ofMinutes(5)),
                Duration.ofSeconds(4),
                Backend.Protocol.AUTO,
                UpstreamTls.DEFAULT,
                BackendLimits.DEFAULT,
                LoadBalancing.DEFAULT,
                HealthSettings.NONE,
                Sticky.NONE,
                Listener.ProxyProtocol.NONE,
                Duration.ZERO,
                3));
    assertThat(config.servers().get("b1"))
        .containsExactly(new Server("b1", "s1", "host.example", 5000, false, 1, false));
    assertThat(config.frontends().get("f1"))
        .isEqualTo(
            new Frontend(
                "f1",
                Split.to("b1"),
                "Path(`/`)",
                0,
                List.of(),
                400,
                "h1",
                true,
                true,
                12,
                "Attempts() < 2",
                3,
                Duration.ZERO,
                -1));
    assertThat(config.middlewares().get("f1"))
        .containsExactly(
            new Middleware("f1", "m1", 1, new ConnLimit(new Source.ClientIp(), 16, false, false)));
    assertThat(config.listeners().get("l1"))
        .isEqualTo(
            new Listener(
                "l1",
                "::1",
                9000,
                "Host(`a`)",
                true,
                null,
                Listener.ProxyProtocol.NONE,
                List.of(),
                false,
                ClientTimeouts.DEFAULT,
                ClientLimits.DEFAULT,
                Listener.Slashes.KEEP,
                List.of()));
  }

  /** As {@code vctl} writes them: every field is there, empty where nothing was said. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "backends/b1/backend ;"
            + " {'Id':'b1','Type':'http','Settings':{'Timeouts':{'Read':'0s','Dial':'0s','TLSHandshake':'0s'},'KeepAlive':{'Period':'0s','MaxIdleConnsPerHost':0},"
            + "'TLS':{'PreferServerCipherSuites':false,'InsecureSkipVerify':false,'MinVersion':'','MaxVersion':'','SessionTicketsDisabled':false,"
            + "'SessionCache':{'Type':'','Settings':null},'CipherSuites':[]}}}",
        "listeners/l1 ;"
            + " {'Id':'l1','Protocol':'https','Address':{'Network':'tcp','Address':'127.0.0.1:18302'},'Scope':'','Settings':{'TLS':{'PreferServerCipherSuites':true,"
            + "'InsecureSkipVerify':false,'MinVersion':'','MaxVersion':'VersionTLS13','SessionTicketsDisabled':false,'SessionCache':{'Type':'LRU','Settings':{'Capacity':64}},"
            + "'CipherSuites':null}},'ProxyProtocol':''}",
        "frontends/f1/frontend ;"
            + " {'Id':'f1','Route':'Path(`/`)','Type':'http','BackendId':'b1','Settings':{'Limits':{'MaxMemBodyBytes':0,'MaxBodyBytes':0},'FailoverPredicate':'',"
            + "'Hostname':'','TrustForwardHeader':false,'PassHostHeader':false,'Stream':false,'StreamFlushIntervalNanoSecs':0}}",
        "backends/b1/servers/srv1 ; {'Id':'srv1','URL':'http://127.0.0.1:18311'}",
        "frontends/f1/middlewares/rl ;"
            + " {'Id':'rl','Priority':1,'Type':'ratelimit','Middleware':{'PeriodSeconds':1,'Requests':1,'Burst':1,'Variable':'client.ip','RateVar':''}}",
        "frontends/f1/middlewares/cb2 ;"
            + " {'Id':'cb2','Priority':1,'Type':'cbreaker','Middleware':{'Condition':'LatencyAtQuantileMS(50.0)"
            + " > 9000','Fallback':'{\\\"Type\\\": \\\"redirect\\\", \\\"Action\\\": {\\\"URL\\\":"
            + " \\\"http://127.0.0.1:18399/e\\\"}}','OnTripped':'','OnStandby':'','FallbackDuration':10000000000,"
            + "'RecoveryDuration':10000000000,'CheckPeriod':100000000}}",
        "frontends/f1/middlewares/rw ;"
            + " {'Id':'rw','Priority':1,'Type':'rewrite','Middleware':{'Regexp':'^http://([^/]+)/old/(.*)','Replacement':'http://$1/new/$2','RewriteBody':false,'Redirect':false}}",
      })
  void whatVctlWritesIsReadWithoutAWord(String key, String json) {
    put(key, json);

    assertThat(reader.read(tree.done()).problems()).isEmpty();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "backends/b/backend ; not json ; backends/b/backend: found unreadable JSON",
        "backends/b/backend ; [] ; backends/b/backend: found [], expected a JSON object",
        "backends/b/backend ; '' ; backends/b/backend: found an empty value",
        "backends/b/backend ; {'Type':'http'} x ; found unreadable JSON",
        "backends/b/backend ; {'Type':'http','Type':'http'} ; Duplicate field",
        "backends/b/backend ; {'Type':'http','type':'http'} ; found the field type twice",
        "backends/b/backend ; {'Type':'tcp'} ; backends/b/backend Type: found \"tcp\", expected"
            + " \"http\"",
        "backends/b/backend ; {'Type':'http','Settings':{'Timeouts':{'Dial':'5x'}}} ; Settings"
            + " Timeouts Dial: found \"5x\", expected a duration",
        "backends/b/backend ; {'Type':'http','Settings':{'Timeouts':{'Dial':-1}}} ; expected a"
            + " duration",
        "backends/b/backend ; {'Type':'http','Settings':{'KeepAlive':{'MaxIdleConnsPerHost':'3'}}}"
            + " ; expected a whole number",
        "backends/b/servers/s ; {'URL':'nope'} ; backends/b/servers/s URL: found \"nope\", expected"
            + " http://host:port",
        "backends/b/servers/s ; {'URL':'localhost:5000'} ; expected http://host:port",
        "backends/b/servers/s ; {'URL':'http://'} ; expected http://host:port",
        "backends/b/servers/s ; {'URL':'/foo'} ; expected http://host:port",
        "backends/b/servers/s ; {'URL':'http://h:70000'} ; expected",
        "backends/b/servers/s ; {} ; URL: found nothing",
        "backends/b/servers/s ; {'URL':'http://h','Weight':-1} ; Weight: found -1, expected a whole"
            + " number from 0",
        "backends/b/servers/s ; {'URL':'http://h','State':'up'} ; expected active or draining",
        "frontends/f/frontend ; {'Type':'http','Route':'Path(`/`)'} ; found neither BackendId nor"
            + " Split",
        "frontends/f/frontend ;"
            + " {'Type':'http','BackendId':'b','Split':[{'BackendId':'c'}],'Route':'x'} ; found"
            + " both BackendId and Split",
        "frontends/f/frontend ; {'Type':'http','Split':[{'BackendId':'c','Weight':0}],'Route':'x'}"
            + " ; found no weight above 0",
        "frontends/f/frontend ; {'Type':'http','BackendId':'b'} ; Route: found nothing",
        "frontends/f/frontend ;"
            + " {'Type':'http','BackendId':'b','Route':'x','Settings':{'Limits':{'MaxBodyBytes':-1}}}"
            + " ; MaxBodyBytes: found -1",
        "frontends/f/middlewares/m ; {'Type':'auth','Middleware':{}} ; Type: found"
            + " \"auth\", expected addprefix, apikey, basicauth",
        "frontends/f/middlewares/m ;"
            + " {'Type':'ipaccess','Middleware':{'Alow':['10.0.0.0/8'],'Deny':['10.0.0.0/9']}} ;"
            + " frontends/f/middlewares/m Middleware Alow: found an unknown field, expected a field"
            + " of this record, perhaps Allow",
        "frontends/f/middlewares/m ;"
            + " {'Type':'ratelimit','Middleware':{'Requests':1,'Burst':0,'PeriodSeconds':1,'Variable':'client.ip'}}"
            + " ; Burst: found 0",
        "frontends/f/middlewares/m ;"
            + " {'Type':'ratelimit','Middleware':{'Requests':1,'Variable':'client.ip'}} ;"
            + " PeriodSeconds: found nothing",
        "frontends/f/middlewares/m ;"
            + " {'Type':'connlimit','Middleware':{'Connections':1,'Variable':'x'}} ; expected"
            + " client.ip, request.host",
        "listeners/l ; {'Protocol':'gopher','Address':{'Address':'127.0.0.1:1'}} ; Protocol: found"
            + " \"gopher\", expected http or https",
        "listeners/l ; {'Protocol':'http','Address':{'Address':'a'}} ; expected host:port",
        "listeners/l ; {'Protocol':'http','Address':{'Address':'name.example:80'}} ; expected an IP"
            + " address and a port",
        "listeners/l ; {'Protocol':'http','Address':{'Network':'unix','Address':'/x'}} ; Network:"
            + " found \"unix\", expected tcp",
        "listeners/l ;"
            + " {'Protocol':'http','ProxyProtocol':'PROXY_V1','Address':{'Address':'127.0.0.1:1'}}"
            + " ; TrustedProxies: found nothing, with a ProxyProtocol",
        "nonsense/x ; {} ; nonsense/x: found a key that means nothing",
        "frontends/f ; {} ; found a key that means nothing",
      })
  void whatCannotBeReadIsSaidInOneLine(String key, String value, String line) {
    put(key, value);
    put("listeners/good", "{'Protocol':'http','Address':{'Address':'127.0.0.1:1'}}");

    Config config = reader.read(tree.done());

    assertThat(config.problems()).singleElement().asString().contains(line);
    assertThat(config.listeners()).containsKey("good");
  }

  @Test
  void bytesThatAreNoTextAreAProblemLikeAnyOther() {
    tree.put("listeners/l", new byte[] {(byte) 0xc3, 0x28});

    assertThat(reader.read(tree.done()).problems())
        .singleElement()
        .asString()
        .contains("not UTF-8");
  }

  @Test
  void whatNobodyKnowsIsAWarningAndTheRestWorks() {
    put("backends/b/backend", "{'Type':'http','Settings':{'Colour':'red'}}");

    Config config = reader.read(tree.done());

    assertThat(config.backends()).containsKey("b");
    assertThat(config.problems())
        .allMatch(problem -> problem.level() == Problem.Level.WARNING)
        .extracting(Problem::where)
        .containsExactly("backends/b/backend Settings Colour");
  }

  @Test
  void aBadValueKeepsTheLastGoodRecordUntilItIsMended() {
    put("backends/b/servers/s", "{'URL':'http://one:1'}");
    reader.read(tree.done());

    put("backends/b/servers/s", "{'URL':");
    Config broken = reader.read(tree.done());
    put("backends/b/servers/s", "{'URL':'http://two:2'}");
    Config mended = reader.read(tree.done());

    assertThat(broken.servers().get("b")).extracting(Server::host).containsExactly("one");
    assertThat(broken.problems()).hasSize(1);
    assertThat(mended.servers().get("b")).extracting(Server::host).containsExactly("two");
    assertThat(mended.problems()).isEmpty();
  }

  @Test
  void theLastGoodValueOfABadOneIsWhatIsKeptForARestart() {
    put("backends/b/servers/s", "{'URL':'http://one:1'}");
    put("backends/b/servers/t", "{'URL':'http://two:2'}");
    reader.read(tree.done());
    put("backends/b/servers/s", "{'URL':");
    put("gateways/one", "{}");
    put("backends/gone/backend", "{}");
    reader.read(tree.done());
    tree.remove("backends/gone/backend");
    reader.read(tree.done());
    KeyTree.Editor kept = KeyTree.EMPTY.edit();
    reader.lastGood().forEach(kept::put);

    Config afterRestart = new ConfigReader().read(kept.done());

    assertThat(kept.done().values())
        .containsOnlyKeys("backends/b/servers/s", "backends/b/servers/t");

    assertThat(afterRestart.problems()).isEmpty();
    assertThat(afterRestart.servers().get("b"))
        .extracting(Server::host)
        .containsExactly("one", "two");
  }

  @Test
  void aMiddlewareThatNeverHadAFormIsNamedForItsFrontend() {
    put("frontends/f/middlewares/m", "{'Type':'rewrite','Middleware':{}}");

    assertThat(reader.read(tree.done()).withoutForm()).containsOnlyKeys("f");
  }

  @Test
  void unchangedRecordsAndListsStayTheSameInstances() {
    put("backends/b/backend", "{'Type':'http'}");
    put("backends/b/servers/s", "{'URL':'http://one:1'}");
    Config before = reader.read(tree.done());

    put("backends/c/servers/s", "{'URL':'http://one:1'}");
    put("backends/b/servers/s", "{ 'URL' : 'http://one:1' }");
    Config after = reader.read(tree.done());

    assertThat(after.backends().get("b")).isSameAs(before.backends().get("b"));
    assertThat(after.servers().get("b")).isSameAs(before.servers().get("b"));
  }

  @Test
  void readingWhatWasTouchedGivesWhatReadingEverythingGives() {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      String id = "x" + random.nextInt(4);
      switch (random.nextInt(7)) {
        case 0 -> put("backends/" + id + "/backend", "{'Type':'http'}");
        case 1 ->
            put(
                "backends/" + id + "/servers/s" + random.nextInt(3),
                "{'URL':'http://h:" + (round + 1) + "'}");
        case 2 -> put("frontends/" + id + "/middlewares/m", "{'Type':'nonsense'}");
        case 3 ->
            put(
                "frontends/" + id + "/frontend",
                "{'Type':'http','BackendId':'b','Route':'R" + round + "'}");
        case 4 -> put("frontends/" + id + "/frontend", "broken");
        case 5 -> tree.remove("backends/" + id + "/servers/s" + random.nextInt(3));
        default -> tree.remove("frontends/" + id + "/frontend");
      }
      Config config = reader.read(tree.done());

      KeyTree.Editor copy = KeyTree.EMPTY.edit();
      tree.done().values().forEach(copy::put);
      Config whole = new ConfigReader().read(copy.done());
      assertThat(config.backends()).isEqualTo(whole.backends());
      assertThat(config.servers()).isEqualTo(whole.servers());
      assertThat(config.withoutForm()).isEqualTo(whole.withoutForm());
      assertThat(config.problems()).isEqualTo(whole.problems());
      assertThat(config.frontends()).containsAllEntriesOf(whole.frontends());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "250ms, 250000000",
    "5s, 5000000000",
    "1m30s, 90000000000",
    "1.5h, 5400000000000",
    "100us, 100000",
    "3ns, 3"
  })
  void durationsAreReadAsGoWritesThem(String text, long nanos) {
    assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofNanos(nanos));
  }

  private void put(String key, String json) {
    tree.put(key, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
