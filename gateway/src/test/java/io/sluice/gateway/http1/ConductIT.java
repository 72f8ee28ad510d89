package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Score;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What clients, servers and writers of routes may do without breaking the rules of framing, and
 * what must not come of it. Like {@link HardeningIT} it keeps a table in {@code gateway/README.md}.
 */
class ConductIT {
  private static final Score SCORE = new Score("conduct");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Origin echo;
  private static Path log;
  private static TestGateway gateway;
  private static int port;

  private Wire client;

  @BeforeAll
  static void start() throws IOException {
    echo = Origin.echoing();
    log = Files.createTempFile("access", ".log");
    gateway = TestGateway.onFolder(log.toString());
    port = FreePort.next();
    gateway.put(
        "listeners/impatient",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
            + port
            + "'},'Settings':{'Timeouts':{'Idle':'3s','Head':'500ms','Body':'500ms','Write':'1s'}}}");
    gateway.backend("echo", echo).frontend("echo", "echo", "PathRegexp(`.*`)");
    gateway.awaitServing(port).awaitStatus(port, "/", 200);
  }

  @AfterAll
  static void stop() throws IOException {
    gateway.close();
    echo.close();
    Files.delete(log);
    SCORE.publish();
  }

  @BeforeEach
  void connect() {
    client = Wire.connect(port);
  }

  @AfterEach
  void theNextClientGetsItsOwnAnswer() {
    client.close();
    try (Wire next = Wire.connect(port)) {
      next.send("GET /own HTTP/1.1\r\nHost: own\r\n\r\n");
      assertThat(next.message().body()).startsWith("GET /own HTTP/1.1");
    }
  }

  private static double rejected(String reason) {
    return gateway.meter("sluice_rejected_total{reason=\"" + reason + "\"}");
  }

  private static void route(String name, Origin origin) {
    gateway
        .backend(name, origin)
        .frontend(name, name, "Path(`/" + name + "`)")
        .awaitRoute(name, name, origin);
  }

  @Test
  void aThousandRequestsAtOnceAreAnsweredInTheirOrder() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    client.send(requests.toString());

    for (int i = 0; i < 1_000; i++) {
      assertThat(client.message().body()).startsWith("GET /" + i + " HTTP/1.1");
    }
    SCORE.withstood("A thousand pipelined requests");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost:",
        "G",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
      })
  void aRequestThatDoesNotGoOnIsEnded(String start) {
    double before = rejected("request_timeout");
    client.send(start);

    assertThat(client.message().status()).isEqualTo(408);
    assertThat(client.ends()).isTrue();
    assertThat(rejected("request_timeout")).isEqualTo(before + 1);
    SCORE.withstood("Slow clients");
  }

  @Test
  void aHeadThatComesByteByByteHasNoMoreTimeThanAnother() {
    double before = rejected("request_timeout");
    AtomicInteger sent = new AtomicInteger();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () -> {
              client.send(String.valueOf("GET /".charAt(Math.min(4, sent.getAndIncrement()))));
              assertThat(rejected("request_timeout")).isEqualTo(before + 1);
            });
    assertThat(client.ends()).isTrue();
    SCORE.withstood("Slow clients");
  }

  @Test
  void aClientThatDoesNotReadIsLeft() {
    double before = rejected("client_stalled");
    byte[] much = new byte[1 << 20];
    try (Origin endless =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
              for (int i = 0; i < 1024; i++) {
                wire.send(much, much.length);
              }
            })) {
      route("endless", endless);
      try (Wire narrow = Wire.connectNarrow(port)) {
        narrow.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");

        Awaitility.await().until(() -> rejected("client_stalled") == before + 1);
        Awaitility.await().until(() -> endless.connections() == 0);
      }
    }
    SCORE.withstood("Slow clients");
  }

  @Test
  void aHeadOfHttp2ThatDoesNotEndHasTheTimeOfAHead() {
    try (H2Wire wire = new H2Wire(port)) {
      wire.frame(H2Wire.HEADERS, 0, 1, H2Wire.get("/"));

      assertThat(wire.next(H2Wire.GOAWAY)).isNotNull();
    }
    SCORE.withstood("Slow clients");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "Proxy-Authorization: Basic c2VjcmV0",
        "TE: gzip",
        "Trailer: X-Sum",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
      })
  void whatBelongsToOneConnectionEndsWithIt(String header) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n");

    Wire.Message answer = client.message();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(Wire.header(answer.body(), header.split(":")[0])).isNull();
    SCORE.withstood("Headers of one connection");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "X-Forwarded-For",
        "x-forwarded-for",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Server",
        "X-Forwarded-Prefix",
        "X-Real-IP",
        "Forwarded",
        "X_Forwarded_For",
        "X-Forwarded_For",
        "X_Real-IP",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Ssl",
        "X-Forwarded-Scheme",
        "X-Forwarded-Uri",
        "X-Forwarded-Method",
        "X-Forwarded-User",
        "X-Forwarded-Client-Cert",
        "X-Client-IP",
        "True-Client-IP",
        "X-SSL-Client-Cert",
        "X-Cluster-Client-IP",
        "X-Original-Forwarded-For",
        "Front-End-Https",
        "Proxy",
        "X-HTTP-Method-Override",
        "CF-Connecting-IP",
      })
  void aStrangerDoesNotSayWhereARequestComesFrom(String name) {
    client.send(
        "GET / HTTP/1.1\r\nHost: a\r\n" + name + ": forged\r\n" + name + ": forged\r\n\r\n");

    assertThat(client.message().body()).startsWith("GET /").doesNotContain("forged");
    SCORE.withstood("Forged origin of a request");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"Client-Cert", "client-cert", "Client_Cert", "Client-Cert-Chain"})
  void aStrangerDoesNotSayWhoItIs(String name) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n" + name + ": :Zm9yZ2Vk:\r\n\r\n");

    assertThat(client.message().body()).startsWith("GET /").doesNotContain("Zm9yZ2Vk");
    SCORE.withstood("Forged identity");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "GET; HTTP/1.1 200 OK~Content-Length: 2~~okHTTP/1.1 200 OK~Content-Length: 5~~spare; 200",
        "GET; HTTP/1.1 200 OK~Content-Length: 2~~okspare; 200",
        "GET; HTTP/1.1 204 No Content~~spare; 204",
        "GET; HTTP/1.1 304 Not Modified~Content-Length: 5~~spare; 304",
        "GET; HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~0~~spare; 200",
        "GET; HTTP/1.1 200 OK~Content-Length: 5~Transfer-Encoding: chunked~~0~~; 502",
        "GET; HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 3~~ok; 502",
        "GET; HTTP/1.1 200 OK~Transfer-Encoding: chunked, identity~~ok; 502",
        "GET; HTTP/1.1 101 Switching Protocols~Upgrade: x~~spare; 502",
        "GET; HTTP/1.1 200 OK~X : y~Content-Length: 2~~ok; 502",
        "GET; HTTP/1.1 200 OK~X: y~ folded~Content-Length: 2~~ok; 502",
      })
  void whatAServerSaysTooMuchReachesNobodyElse(String method, String response, int status) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send(response.strip().replace("~", "\r\n"));
              wire.toEnd();
            })) {
      route("talkative", origin);
      client.send(method + " /talkative HTTP/1.1\r\nHost: a\r\n\r\n");

      Wire.Message answer = client.message();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.body()).doesNotContain("spare");
      Awaitility.await().until(() -> origin.connections() == 0);
    }
    SCORE.withstood("Servers that say too much");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "X: y\r\n"})
  void aServerThatNeverComesToThePointIs502(String again) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send(again.startsWith("HTTP") ? "" : "HTTP/1.1 200 OK\r\n");
              for (int i = 0; i < 100_000; i++) {
                wire.send(again);
              }
            })) {
      route("pointless", origin);
      client.send("GET /pointless HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message answer = client.message();
      for (int i = 0; i < 20_000 && answer.status() == 103; i++) {
        answer = client.message();
      }
      assertThat(answer.status()).isEqualTo(502);
      Awaitility.await().until(() -> origin.connections() == 0);
    }
    SCORE.withstood("Servers that say too much");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"Content-Length: 1073741824", "Transfer-Encoding: chunked"})
  void anAnswerBeforeTheUploadIsOverEndsBothConnections(String framing) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
              wire.toEnd();
            })) {
      route("early", origin);
      client.send("POST /early HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n");

      Wire.Message answer = client.message();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.closes()).isTrue();
      assertThat(client.ends()).isTrue();
      Awaitility.await().until(() -> origin.connections() == 0);
    }
    SCORE.withstood("Early answers to uploads");
  }

  @Test
  void whatIsCompressedStaysAsItIs() {
    String bomb = "\037\213\010\0\0\0\0\0\0\003bomb";
    client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: "
            + bomb.length()
            + "\r\n\r\n"
            + bomb);

    assertThat(client.message().body()).contains("Content-Encoding: gzip", bomb);
    SCORE.withstood("Compressed bodies");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "169.254.169.254:80",
        "[::ffff:169.254.169.254]:80",
        "127.0.0.1:ADMIN",
        "127.0.0.2:ADMIN",
        "0.0.0.0:ADMIN",
        "localhost:ADMIN",
        "[::ffff:127.0.0.1]:ADMIN",
      })
  void aRouteLeadsNeitherToMetadataNorToTheAdminApi(String server) {
    String url = "http://" + server.replace("ADMIN", String.valueOf(gateway.adminPort()));
    double before = rejected("upstream_forbidden");
    gateway
        .put("backends/inside/backend", "{'Type':'http'}")
        .put("backends/inside/servers/s", "{'URL':'" + url + "'}")
        .frontend("inside", "inside", "Path(`/metrics`)");

    Awaitility.await().until(() -> TestGateway.get(port, "/metrics").statusCode() == 502);
    assertThat(TestGateway.get(port, "/metrics").body()).contains("upstream_forbidden");
    assertThat(rejected("upstream_forbidden")).isGreaterThan(before);
    SCORE.withstood("Servers that no route may have");
    gateway.remove("backends/inside/servers/s");
    Awaitility.await().until(() -> TestGateway.get(port, "/metrics").statusCode() == 503);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "unix:/var/run/docker.sock",
        "file:///etc/passwd",
        "gopher://localhost:70",
        "http://a\\r\\nb",
        "http://user@localhost:99999",
      })
  void whatIsNoServerIsAProblem(String url) {
    gateway.put("backends/odd/servers/s", "{'URL':'" + url + "'}");

    Awaitility.await()
        .until(() -> gateway.problems().toString().contains("backends/odd/servers/s"));
    SCORE.withstood("Servers that no route may have");
    gateway.remove("backends/odd/servers/s");
    Awaitility.await().until(() -> gateway.problems().isEmpty());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "2 MiB; {'Type':'http','BackendId':'echo','Route':'Path(`/LONG`)'}",
        "a field twice; {'Type':'http','Type':'tcp','BackendId':'echo','Route':'Path(`/x`)'}",
        "a field in two cases;"
            + " {'Type':'http','type':'http','BackendId':'echo','Route':'Path(`/x`)'}",
        "depth; DEEP",
        "not JSON; GET / HTTP/1.1",
        "a regular expression without end;"
            + " {'Type':'http','BackendId':'echo','Route':'PathRegexp(`(`)'}",
        "repetitions of repetitions;"
            + " {'Type':'http','BackendId':'echo','Route':'PathRegexp(`((a{1,1000}){1,1000}){1,1000}`)'}",
        "CR LF for a header;"
            + " {'Type':'http','BackendId':'echo','Route':'Path(`/x`)','Settings':{'Hostname':'a\\r"
            + "\\n"
            + "X: y'}}",
      })
  void aBadRecordIsAProblemOfItsOwn(String name, String json) {
    String value =
        json.strip()
            .replace("LONG", "x".repeat(2 << 20))
            .replace("DEEP", "[".repeat(5_000) + "]".repeat(5_000));
    gateway.put("frontends/bad/frontend", value);

    Awaitility.await().until(() -> gateway.problems().toString().contains("frontends/bad"));
    assertThat(TestGateway.get(port, "/own").statusCode()).isEqualTo(200);
    SCORE.withstood("Bad records");
    gateway.remove("frontends/bad/frontend");
    Awaitility.await().until(() -> gateway.problems().isEmpty());
  }

  @Test
  void aSlowExpressionIsMatchedInLinearTime() {
    gateway.frontend("slow", "echo", "PathRegexp(`^/(a+)+$`)").awaitRoute("slow", "echo", echo);

    String path = "/" + "a".repeat(4_000) + "b";
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(client.message().body()).startsWith("GET /aaa");
    SCORE.withstood("Bad records");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"POST", "PATCH"})
  void whatAServerMayHaveDoneIsNotAskedForTwice(String method) {
    AtomicInteger requests = new AtomicInteger();
    Origin.Script dying =
        wire -> {
          wire.message();
          requests.incrementAndGet();
          wire.reset();
        };
    try (Origin one = Origin.scripted(dying);
        Origin two = Origin.scripted(dying)) {
      gateway
          .backend("dying", one, two)
          .frontend("dying", "dying", "Path(`/dying`)")
          .awaitRoute("dying", "dying", two);
      client.send(method + " /dying HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");

      assertThat(client.message().status()).isEqualTo(502);
      assertThat(requests).hasValue(1);
    }
    SCORE.withstood("Requests with an effect, repeated");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "/log/%0d%0a%7B%22forged%22:1%7D",
        "/log/%22,%22forged%22:%221",
        "/log/%1b%5b31mred",
        "/log/'\",\"forged\":\"1",
      })
  void aRequestWritesOneLineOfTheLogAndNoOther(String path) throws IOException {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    client.message();

    Awaitility.await()
        .untilAsserted(() -> assertThat(Files.readString(log)).contains("\"path\":\"/log/"));
    for (String line : Files.readString(log, StandardCharsets.US_ASCII).lines().toList()) {
      JsonNode entry = JSON.readTree(line);
      assertThat(entry.isObject()).isTrue();
      assertThat(entry.has("forged")).isFalse();
    }
    assertThat(Files.readString(log)).doesNotContain("\033");
    SCORE.withstood("Forged log lines");
  }
}
