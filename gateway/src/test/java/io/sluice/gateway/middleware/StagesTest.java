package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.testkit.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each stage does to one request, and to its response. */
class StagesTest {
  private long nanos = 1_000_000_000L;
  private final StageContext context =
      new StageContext(new Sources(new SharedBudget(1 << 20)), () -> nanos);

  private static Config read(String type, String settings) {
    String record = "{'Type':'" + type + "','Middleware':" + settings + "}";
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put(
        "frontends/f/middlewares/m", record.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    return new ConfigReader().read(tree.done());
  }

  private Stage stage(String type, String settings) {
    Config config = read(type, settings);
    assertThat(config.problems()).isEmpty();
    Middleware written = config.middlewares().get("f").getFirst();
    return Stages.build(written, context, new Telemetry().frontend("f").stage("m"));
  }

  /** What a client is told, in one line: the status and the fields that say something. */
  private static String said(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Proceed proceed -> "passes";
      case Verdict.Reply reply -> reply.status() + " " + reply.reason().label();
      case Verdict.Answer answer -> {
        Map<String, String> fields = new TreeMap<>();
        answer.fields().forEach(field -> fields.put(field.name(), field.value()));
        yield answer.status()
            + (fields.containsKey("Location") ? " " + fields.get("Location") : "")
            + (answer.body().isEmpty() ? "" : " " + answer.body());
      }
      case Verdict.Wait wait -> said(wait.later().toCompletableFuture().join().get());
    };
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "headers | {'Request':{'Sett':{}}}",
        "headers | {'Request':{'Set':{'Content-Length':'1'}}}",
        "headers | {'Request':{'Set':{'X':'{client.port}'}}}",
        "headers | {'Response':{'Remove':['a b']}}",
        "redirect | {}",
        "redirect | {'Scheme':'gopher'}",
        "redirect | {'Scheme':'https','Regexp':'a'}",
        "redirect | {'Scheme':'https','StatusCode':200}",
        "redirect | {'Regexp':'(','Replacement':'x'}",
        "stripprefix | {}",
        "stripprefix | {'Prefixes':['api']}",
        "stripprefix | {'Prefixes':['/']}",
        "addprefix | {}",
        "addprefix | {'Prefix':'/a?b'}",
        "replacepath | {}",
        "replacepath | {'Path':'/x','Regexp':'y'}",
        "cors | {}",
        "cors | {'AllowOrigins':['*'],'AllowCredentials':true}",
        "cors | {'AllowOrigins':['a.example']}",
        "ipaccess | {}",
        "ipaccess | {'Allow':['10.0.0.0/33']}",
        "ipaccess | {'Allow':['10.0.0.0/8'],'Denny':[]}",
        "basicauth | {}",
        "basicauth | {'Users':{'alice':'secret'}}",
        "basicauth |"
            + " {'Users':{'alice':'$argon2id$v=19$m=999999,t=3,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA'}}",
        "apikey | {}",
        "apikey | {'Keys':{'a':'secret'}}",
        "clientcert | {}",
        "clientcert | {'Fingerprints':['sha256:12']}",
        "maintenance | {'StatusCode':99}",
        "fault | {}",
        "jwt | {}",
        "jwt | {'JWKSURL':'http://login.example/keys'}",
        "jwt | {'JWKSURL':'https://h/k','Algorithms':['HS256']}",
        "jwt | {'JWKS':{'keys':[]}}",
        "jwt |"
            + " {'JWKS':{'keys':[{'kty':'OKP','crv':'Ed25519','x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo','d':'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'}]}}",
        "forwardauth | {}",
        "forwardauth | {'URL':'ftp://h'}",
        "trace | {}",
        "trace | {'Addr':'http://h:1'}",
        "trace | {'Addr':'syslog://h:1?sev=LOUD'}",
        "trace | {'Addr':'syslog://h:1?f=X'}",
        "fault | {'Delay':'100ms','When':'Nothing('}",
        "rewrite | {'Regexp':'a','Replacement':'{{.Env}}'}",
        "rewrite | {'Regexp':'a','Replacement':'b c'}",
        "cbreaker | {'Condition':'NetworkErrorRatio() > 0.5'}",
        "cbreaker | {'Condition':'x','Fallback':{'Type':'response','Action':{'StatusCode':400}}}",
        "cbreaker | {'Condition':'NetworkErrorRatio() >"
            + " 0.5','Fallback':{'Type':'redirect','Action':{'URL':'x'}}}",
      })
  void whatIsMistypedIsAProblemAndNoStage(String type, String settings) {
    Config config = read(type, settings);

    assertThat(config.problems()).hasSize(1);
    assertThat(config.middlewares().getOrDefault("f", List.of())).isEmpty();
    assertThat(config.withoutForm()).containsKey("f");
  }

  @ParameterizedTest(name = "{0} {1} of {2} is {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "addprefix | {'Prefix':'/v2'} | /a?q=1 | /v2/a?q=1",
        "addprefix | {'Prefix':'/v2'} | / | /v2/",
        "stripprefix | {'Prefixes':['/api']} | /api/a?q | /a?q",
        "stripprefix | {'Prefixes':['/api']} | /api | /",
        "stripprefix | {'Prefixes':['/api']} | /api?q=/x | /?q=/x",
        "stripprefix | {'Prefixes':['/api']} | /apix | /apix",
        "stripprefix | {'Prefixes':['/api','/api/v1']} | /api/v1/a | /a",
        "replacepath | {'Path':'/x'} | /a/b?q=1 | /x?q=1",
        "replacepath | {'Regexp':'^/a/(.*)','Replacement':'/b/$1'} | /a/c?q=1 | /b/c?q=1",
        "replacepath | {'Regexp':'^/a/(.*)','Replacement':'/b/$1'} | /x?/a/c | /x?/a/c",
        "rewrite | {'Regexp':'^http://h/old/(.*)','Replacement':'http://h/new/$1'} | /old/x?q |"
            + " /new/x?q",
        "rewrite | {'Regexp':'a','Replacement':'b'} | /aa/aa | /bb/bb",
        "rewrite | {'Regexp':'/p/(?P<who>[a-z]+)','Replacement':'/q/${who}x$1y'} | /p/me | /q/mex",
        "rewrite | {'Regexp':'^http://h/r','Replacement':'/c'} | /r?q=1 | /c?q=1",
        "rewrite | {'Regexp':'^http://h/(.*)$','Replacement':'http://h/{{.Request.Method}}/$1'} |"
            + " /a$1 | /GET/a$1",
        "rewrite | {'Regexp':'/who$','Replacement':'/{{.Request.Header.Get `X-Who`}}'} | /who |"
            + " /me",
      })
  void pathsBecomeOthersAndQueriesStay(String type, String settings, String asked, String sent) {
    FakeExchange exchange = new FakeExchange("GET " + asked + " HTTP/1.1~Host: h~X-Who: me");

    Stage stage = stage(type, settings);

    assertThat(said(stage.onRequest(exchange))).isEqualTo("passes");
    assertThat(exchange.outgoing.target().toString()).isEqualTo(sent);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "replacepath | {'Regexp':'^/a','Replacement':'x'}",
        "replacepath | {'Regexp':'^/a.(.*)','Replacement':'/../$1'}",
        "rewrite | {'Regexp':'^http://h(.*)','Replacement':'$1$2$3?'} ",
      })
  void whatIsNoPathIsNeverAsked(String type, String settings) {
    FakeExchange exchange = new FakeExchange("GET /a/b HTTP/1.1~Host: h");

    String said = said(stage(type, settings).onRequest(exchange));

    assertThat(said).isIn("500 bad_rewrite", "passes");
    assertThat(exchange.outgoing.target().toString()).startsWith("/").doesNotContain("..");
  }

  @Test
  void prefixesThatWereTakenOffAreSaidInTheirOrder() {
    FakeExchange exchange = new FakeExchange("GET /a/b/c HTTP/1.1~Host: h");

    stage("stripprefix", "{'Prefixes':['/a']}").onRequest(exchange);
    stage("stripprefix", "{'Prefixes':['/b']}").onRequest(exchange);

    assertThat(exchange.outgoing.target().toString()).isEqualTo("/c");
    assertThat(exchange.sent("X-Forwarded-Prefix")).isEqualTo("/a/b");
  }

  @ParameterizedTest(name = "{0}: {1} over {2} gives {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'Scheme':'https'} | GET /a?q=1 HTTP/1.1~Host: h | http | 308 https://h/a?q=1",
        "{'Scheme':'https'} | GET /a HTTP/1.1~Host: h:8080 | http | 308 https://h/a",
        "{'Scheme':'https','Port':8443} | GET /a HTTP/1.1~Host: h:8080 | http | 308"
            + " https://h:8443/a",
        "{'Scheme':'https','Port':443} | GET /a HTTP/1.1~Host: h:8080 | http | 308 https://h/a",
        "{'Scheme':'https'} | GET /a HTTP/1.1~Host: h | https | passes",
        "{'Scheme':'https','StatusCode':301} | POST /a HTTP/1.1~Host: [::1]:80 | http | 301"
            + " https://[::1]/a",
        "{'Host':'www.h'} | GET /a HTTP/1.1~Host: h:81 | http | 308 http://www.h/a",
        "{'Host':'h'} | GET /a HTTP/1.1~Host: h | http | passes",
        "{'Port':8080} | GET /a HTTP/1.1~Host: h:8080 | http | passes",
        "{'Port':80} | GET /a HTTP/1.1~Host: h:80 | http | passes",
        "{'Regexp':'^http://a\\\\.h/(.*)','Replacement':'https://b.h/$1','StatusCode':301} | GET"
            + " /x?y HTTP/1.1~Host: a.h | http | 301 https://b.h/x?y",
        "{'Regexp':'^http://a\\\\.h/(.*)','Replacement':'https://b.h/$1'} | GET /x HTTP/1.1~Host:"
            + " c.h | http | passes",
        "{'Scheme':'https'} | GET /items[1]?a=<b> HTTP/1.1~Host: my_host | http | 308"
            + " https://my_host/items[1]?a=%3Cb%3E",
        "{'Regexp':'^http://h/(.*)','Replacement':'https://h@evil/$1'} | GET /x HTTP/1.1~Host: h |"
            + " http | 500 bad_rewrite",
        "{'Regexp':'^http://[^/]*/(.*)','Replacement':'$1'} | GET /javascript:x HTTP/1.1~Host: h |"
            + " http | 500 bad_rewrite",
      })
  void clientsAreSentWhereItIsDifferentOnly(
      String settings, String request, String scheme, String expected) {
    FakeExchange exchange = new FakeExchange(request).secure(scheme.equals("https"));

    assertThat(said(stage("redirect", settings).onRequest(exchange))).isEqualTo(expected);
  }

  @Test
  void aRewriteMayRedirectAndSaysFound() {
    Stage stage =
        stage(
            "rewrite", "{'Regexp':'^http://h/(.*)','Replacement':'https://h/$1','Redirect':true}");

    assertThat(said(stage.onRequest(new FakeExchange("POST /a HTTP/1.1~Host: h"))))
        .isEqualTo("302 https://h/a Found");
    assertThat(said(stage.onRequest(new FakeExchange("GET /a HTTP/1.1~Host: i"))))
        .isEqualTo("passes");
  }

  @Test
  void headersAreSetAddedAndRemovedOnBothWays() {
    Stage stage =
        stage(
            "headers",
            "{'Request':{'Remove':['X-Old'],'Set':{'X-From':'{client.ip} {request.method}"
                + " {request.path}','Host':'inner','X-None':'{request.header.x-absent}'},'Add':{'X-List':'b'}},"
                + "'Response':{'Remove':['Server'],'Set':{'X-Id':'{request.id}'}},'HSTS':{'MaxAge':'24h','IncludeSubDomains':true,'Preload':true}}");
    FakeExchange exchange =
        new FakeExchange("GET /a HTTP/1.1~Host: h~X-Old: 1~X-List: a~X-None: 1");
    ResponseHead head = new ResponseHead().set(200, 0);
    head.fields().add("Server", "s");

    stage.onRequest(exchange);
    stage.onResponse(exchange, Verdict.PROCEED, head);
    assertThat(head.fields().toString()).doesNotContain("Strict-Transport-Security");
    stage.onResponse(exchange.secure(true), Verdict.PROCEED, head);

    assertThat(exchange.sent("X-Old") + exchange.sent("X-None")).isEmpty();
    assertThat(exchange.sent("X-From")).isEqualTo("10.0.0.1 GET /a");
    assertThat(exchange.outgoing.fields().toString()).contains("X-List: a\n", "X-List: b\n");
    assertThat(exchange.outgoing.hostAt(AsciiString.of("server")).toString()).isEqualTo("inner");
    assertThat(head.fields().toString())
        .isEqualTo(
            "Strict-Transport-Security: max-age=86400; includeSubDomains; preload\nX-Id: id-1\n");
  }

  @ParameterizedTest(name = "{0} from {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'Allow':['10.0.0.0/8']} | 10.1.2.3 | passes",
        "{'Allow':['10.0.0.0/8']} | 11.1.2.3 | 403 ip_denied",
        "{'Deny':['2001:db8::/32']} | 2001:db8::1 | 403 ip_denied",
        "{'Deny':['2001:db8::/32']} | 10.0.0.1 | passes",
        "{'Allow':['10.0.0.0/8'],'Deny':['10.0.0.1']} | 10.0.0.1 | 403 ip_denied",
        "{'Allow':['10.0.0.0/8']} | ::1 | 403 ip_denied",
      })
  void addressesAreAllowedAndDenied(String settings, String client, String expected) {
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h").from(client);

    assertThat(said(stage("ipaccess", settings).onRequest(exchange))).isEqualTo(expected);
  }

  @Test
  void aClosedRouteAnswersEverybodyButAFew() {
    Stage stage =
        stage(
            "maintenance", "{'Body':'<h1>later</h1>','RetryAfter':'10m','Except':['10.0.0.0/8']}");
    FakeExchange stranger = new FakeExchange("GET / HTTP/1.1~Host: h").from("192.0.2.1");

    Verdict.Answer answer = (Verdict.Answer) stage.onRequest(stranger);

    assertThat(said(answer)).isEqualTo("503 <h1>later</h1>");
    assertThat(answer.reason()).isEqualTo(Reason.MAINTENANCE);
    assertThat(answer.fields())
        .contains(
            new Verdict.Header("Retry-After", "600"),
            new Verdict.Header("Content-Type", "text/html; charset=utf-8"));
    assertThat(said(stage.onRequest(stranger.from("10.0.0.9")))).isEqualTo("passes");
  }

  private static final String CORS =
      "{'AllowOrigins':['https://a.example','https://*.b.example'],'AllowMethods':['GET','PUT'],"
          + "'AllowHeaders':['X-One'],'ExposeHeaders':['X-Two'],'AllowCredentials':true,'MaxAge':'1h'}";

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "https://a.example, true",
    "https://x.b.example, true",
    "https://x.y.b.example, true",
    "https://b.example, false",
    "http://a.example, false",
    "https://a.example.evil, false",
    "https://evil/.b.example, false",
    "https://a.example:444, false",
    "null, false",
  })
  void onlyPagesOfAllowedOriginsMayRead(String origin, boolean allowed) {
    Stage stage = stage("cors", CORS);
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h~Origin: " + origin);
    ResponseHead head = new ResponseHead().set(502, 0);
    head.fields().add("access-control-allow-origin", "*");

    assertThat(said(stage.onRequest(exchange))).isEqualTo("passes");
    stage.onResponse(exchange, Verdict.PROCEED, head);

    assertThat(head.fields().toString())
        .isEqualTo(
            "Vary: Origin\n"
                + (allowed
                    ? "Access-Control-Allow-Origin: "
                        + origin
                        + "\n"
                        + "Access-Control-Allow-Credentials: true\n"
                        + "Access-Control-Expose-Headers: X-Two\n"
                    : ""));
  }

  @Test
  void whatABrowserAsksBeforehandIsAnsweredHere() {
    Stage stage = stage("cors", CORS);

    Verdict.Answer yes =
        (Verdict.Answer)
            stage.onRequest(
                new FakeExchange(
                    "OPTIONS / HTTP/1.1~Host: h~Origin:"
                        + " https://a.example~Access-Control-Request-Method: PUT"));
    Verdict.Answer no =
        (Verdict.Answer)
            stage.onRequest(
                new FakeExchange(
                    "OPTIONS / HTTP/1.1~Host: h~Origin:"
                        + " https://evil.example~Access-Control-Request-Method: PUT"));

    assertThat(yes.status()).isEqualTo(204);
    assertThat(yes.reason()).isEqualTo(Reason.PREFLIGHT);
    assertThat(yes.fields())
        .contains(
            new Verdict.Header("Access-Control-Allow-Origin", "https://a.example"),
            new Verdict.Header("Access-Control-Allow-Methods", "GET, PUT"),
            new Verdict.Header("Access-Control-Allow-Headers", "X-One"),
            new Verdict.Header("Access-Control-Max-Age", "3600"));
    assertThat(no.fields()).noneMatch(field -> field.name().startsWith("Access-Control"));
    assertThat(said(stage.onRequest(new FakeExchange("OPTIONS / HTTP/1.1~Host: h"))))
        .isEqualTo("passes");
  }

  /** {@code secret} and {@code other}. */
  private static final String KEYS =
      "{'Keys':{'team-a':'sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'}}";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Api-Key: secret | passes",
        "x-api-key: secret | passes",
        "X-Api-Key: secrets | 401 unauthorized",
        "X-Api-Key: | 401 unauthorized",
        "X-Api-Key: secret~X-Api-Key: secret | 401 unauthorized",
        "Authorization: secret | 401 unauthorized",
      })
  void aKeyThatIsKnownOpens(String header, String expected) {
    FakeExchange exchange =
        new FakeExchange("GET / HTTP/1.1~Host: h~X-Consumer: root~X_Consumer: root~" + header);

    assertThat(said(stage("apikey", KEYS).onRequest(exchange))).isEqualTo(expected);

    boolean passes = expected.equals("passes");
    assertThat(exchange.user).isEqualTo(passes ? "team-a" : "");
    if (passes) {
      assertThat(exchange.sent("X-Consumer")).isEqualTo("team-a");
      assertThat(exchange.outgoing.fields().toString()).doesNotContain("root", "secret");
    } else {
      assertThat(exchange.told).containsExactly("WWW-Authenticate: ApiKey");
    }
  }

  @Test
  void aFileOfKeysIsReadAgainAndNobodyIsLetThroughWithoutIt(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("keys");
    String line =
        "team-b sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n";
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h~X-Api-Key: secret");
    Stage stage = stage("apikey", "{'File':'" + file + "'}");
    assertThat(said(stage.onRequest(exchange))).isEqualTo("503 stage_failed");

    Files.writeString(file, line);
    awaitSaid(stage, exchange, "passes");
    Files.writeString(file, "# nobody any more\n");
    awaitSaid(stage, exchange, "401 unauthorized");
    Files.writeString(file, line + "nonsense\n");
    nanos += 10_000_000_000L;
    assertThat(said(stage.onRequest(exchange))).isEqualTo("401 unauthorized");
  }

  private void awaitSaid(Stage stage, FakeExchange exchange, String expected) {
    org.awaitility.Awaitility.await()
        .until(
            () -> {
              nanos += 10_000_000_000L;
              return said(stage.onRequest(exchange)).equals(expected);
            });
  }

  /** The password {@code open sesame}, of three makers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2b$04$HASHB",
        "$2y$04$HASHY",
        "$argon2id$HASHA",
      })
  void aPasswordOpensAndNoOtherDoes(String maker) {
    String hash = Hashes.of(maker, "open sesame");
    Stage stage = stage("basicauth", "{'Users':{'ali':'" + hash + "'},'Realm':'cave'}");

    assertThat(said(stage.onRequest(basic("ali:open sesame")))).isEqualTo("passes");
    assertThat(said(stage.onRequest(basic("ali:open sesam")))).isEqualTo("401 unauthorized");
    assertThat(said(stage.onRequest(basic("baba:open sesame")))).isEqualTo("401 unauthorized");
    FakeExchange again = basic("ali:open sesame");
    assertThat(stage.onRequest(again)).isEqualTo(Verdict.PROCEED);
    assertThat(again.sent("X-User")).isEqualTo("ali");
    assertThat(again.user).isEqualTo("ali");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Authorization: Bearer x",
        "Authorization: Basic ???",
        "Authorization: Basic YQ=="
      })
  void whoSaysNothingIsAsked(String header) {
    Stage stage =
        stage("basicauth", "{'Users':{'a':'" + Hashes.of("$2b", "x") + "'},'Realm':'cave'}");
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h~" + header);

    assertThat(said(stage.onRequest(exchange))).isEqualTo("401 unauthorized");
    assertThat(exchange.told)
        .containsExactly("WWW-Authenticate: Basic realm=\"cave\", charset=\"UTF-8\"");
  }

  private static FakeExchange basic(String pair) {
    String shown = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return new FakeExchange("GET / HTTP/1.1~Host: h~X-User: root~Authorization: Basic " + shown);
  }

  @Test
  void aCertificateIsKnownByItsNamesAndItsFingerprint() throws Exception {
    String pem = TestCertificate.of("client.example").certificate();
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    String digits =
        java.util.HexFormat.of()
            .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(der));
    AsciiString shown = AsciiString.of(":" + Base64.getEncoder().encodeToString(der) + ":");

    assertThat(
            List.of(
                clientcert("{'SANs':['client.example']}", shown),
                clientcert("{'Subjects':['client.example']}", shown),
                clientcert("{'Subjects':['CN=client.example']}", shown),
                clientcert("{'Issuers':['client.example']}", shown),
                clientcert("{'Fingerprints':['sha256:" + digits + "']}", shown)))
        .containsOnly("passes");
    assertThat(
            List.of(
                clientcert("{'SANs':['other.example']}", shown),
                clientcert("{'Subjects':['CN=other']}", shown),
                clientcert("{'Fingerprints':['sha256:" + "0".repeat(64) + "']}", shown),
                clientcert("{'SANs':['client.example']}", null)))
        .containsOnly("403 certificate_denied");
  }

  private String clientcert(String settings, @org.jspecify.annotations.Nullable AsciiString shown) {
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h").secure(true);
    exchange.certificate = shown;
    return said(stage("clientcert", settings).onRequest(exchange));
  }

  @Test
  void faultsAreMadeForThoseWhoAskForThem() {
    Stage stage =
        stage(
            "fault",
            "{'Delay':'1ms','AbortStatus':503,'AbortPercent':100,'When':'Header(`X-Test`, `1`)'}");

    assertThat(stage.onRequest(new FakeExchange("GET / HTTP/1.1~Host: h")))
        .isEqualTo(Verdict.PROCEED);
    Verdict verdict = stage.onRequest(new FakeExchange("GET / HTTP/1.1~Host: h~X-Test: 1"));
    assertThat(verdict).isInstanceOf(Verdict.Wait.class);
    assertThat(said(verdict)).isEqualTo("503");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ratelimit | {'Variable':'client.ip','PeriodSeconds':60,'Requests':1,'Shadow':true}",
        "connlimit | {'Variable':'client.ip','Connections':0,'Shadow':true}",
      })
  void aShadowCountsAndRefusesNobody(String type, String settings) {
    Stage stage = stage(type, settings);
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h");

    stage.onRequest(exchange);

    assertThat(stage.onRequest(exchange)).isSameAs(Verdict.SHADOWED);
    assertThat(exchange.told).isEmpty();
  }
}
