package io.sluice.gateway.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stages in a gateway, over real sockets: what waits, what is answered here, and who hears of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StagesIT {
  private static final String SHOWN =
      "Basic "
          + Base64.getEncoder().encodeToString("ali:open sesame".getBytes(StandardCharsets.UTF_8));
  private static final String HASH =
      OpenBSDBCrypt.generate(
          "2b",
          "open sesame".getBytes(StandardCharsets.UTF_8),
          "salt of 16 bytes".getBytes(StandardCharsets.US_ASCII),
          8);

  private final Origin origin = Origin.echoing();
  private Path folder;
  private Path log;
  private TestGateway gateway;
  private int port;

  @BeforeAll
  void start() throws IOException {
    folder = TestFolder.make("stages");
    log = folder.resolve("access.log");
    gateway = TestGateway.onFolder(log.toString());
    port = gateway.listener("l");
    gateway
        .backend("b", origin)
        .put("backends/dead/backend", "{'Type':'http'}")
        .server("dead", "s", FreePort.next());
    stage("guarded", "b", "basicauth", "{'Users':{'ali':'" + HASH + "'},'Realm':'cave'}");
    stage("late", "b", "fault", "{'Delay':'300ms'}");
    stage("moved", "b", "redirect", "{'Scheme':'https'}");
    stage("gone", "dead", "cors", "{'AllowOrigins':['https://a.example']}");
    stage("strip", "b", "stripprefix", "{'Prefixes':['/strip']}");
    gateway.put(
        "frontends/strip/middlewares/n",
        "{'Type':'headers','Priority':2,'Middleware':{'Request':{'Set':{'X-Path':'{request.path}'}},"
            + "'Response':{'Set':{'X-Out':'1'}}}}");
    stage("small", "b", "compress", "{'MinBytes':1}");
    gateway.put(
        "frontends/small/middlewares/n",
        "{'Type':'headers','Priority':2,'Middleware':{'Response':{'Set':{'Content-Type':'text/plain'}}}}");
    stage("sorry", "dead", "errors", "{'Pages':[{'Status':'502','Body':'<h1>sorry</h1>'}]}");
    gateway
        .awaitStatus(port, "/small", 200)
        .awaitStatus(port, "/sorry", 502)
        .awaitStatus(port, "/guarded", 401)
        .awaitStatus(port, "/late", 200)
        .awaitStatus(port, "/moved", 308)
        .awaitStatus(port, "/gone", 502)
        .awaitStatus(port, "/strip", 200);
  }

  private void stage(String name, String backend, String type, String settings) {
    gateway
        .frontend(name, backend, "PathRegexp(`^/" + name + ".*`)")
        .put(
            "frontends/" + name + "/middlewares/m",
            "{'Type':'" + type + "','Priority':1,'Middleware':" + settings + "}");
  }

  @AfterAll
  void stop() {
    gateway.close();
    origin.close();
    TestFolder.remove(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/guarded/a", "/late/b"})
  void theBodyOfARequestThatWaitsForAStageIsKeptWhole(String path) {
    String body = "x".repeat(20_000);
    try (Wire wire = Wire.connect(port)) {
      wire.send(
          "POST "
              + path
              + " HTTP/1.1\r\nHost: a\r\nAuthorization: "
              + SHOWN
              + "\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      Wire.Message answer = wire.message();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains(body);
      wire.send("GET /strip/x HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(wire.message().status()).isEqualTo(200);
    }
  }

  @Test
  void aBodyThatIsLargerThanWhatIsKeptWaitsInTheClientsSocket() {
    String body = "y".repeat(3_000_000);
    try (Wire wire = Wire.connect(port)) {
      wire.send(
          "POST /late/large HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n");
      wire.send(body);
      Wire.Message answer = wire.message();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains(body);
    }
  }

  /** Stages have looked at the head alone: what comes behind the body says nothing of who asks. */
  @Test
  void noTrailerOfARequestReachesAServerBehindStages() {
    try (Wire wire = Wire.connect(port)) {
      wire.send(
          "POST /strip/trailers HTTP/1.1\r\n"
              + "Host: a\r\n"
              + "TE: trailers\r\n"
              + "Connection: TE\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n"
              + "1\r\n"
              + "x\r\n"
              + "0\r\n"
              + "X-User: root\r\n"
              + "X-Any: 1\r\n\r\n");
      Wire.Message answer = wire.message();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).doesNotContain("root").doesNotContain("X-Any");
    }
  }

  @Test
  void streamsThatWaitDoNotHoldUpOthers() {
    try (H2Wire wire = new H2Wire(port)) {
      wire.headers(
          1, true, ":method", "GET", ":scheme", "http", ":path", "/late", ":authority", "a");
      wire.headers(
          3, true, ":method", "GET", ":scheme", "http", ":path", "/strip/q", ":authority", "a");
      H2Wire.Frame first = wire.next(H2Wire.HEADERS);
      assertThat(first.stream()).isEqualTo(3);
      assertThat(wire.fields(first)).contains("x-out");
      H2Wire.Frame second = wire.next(H2Wire.HEADERS);
      assertThat(second.stream()).isEqualTo(1);
      assertThat(wire.fields(second)).contains("200");
    }
  }

  @Test
  void aClientThatLeavesWhileAStageThinksLeavesNothingBehind() {
    double before = gateway.meter("sluice_rejected_total{reason=\"client_gone\"}");
    try (Wire wire = Wire.connect(port)) {
      wire.send("GET /late/leave HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    Awaitility.await()
        .until(() -> gateway.meter("sluice_rejected_total{reason=\"client_gone\"}") > before);
    assertThat(origin.heads()).noneMatch(head -> head.contains("/late/leave"));
  }

  @Test
  void answersOfTheGatewaysOwnPassTheStagesThatWereEntered() {
    HttpResponse<String> answer = TestGateway.get(port, "/gone", "Origin", "https://a.example");

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://a.example");
    assertThat(answer.headers().allValues("X-Request-Id")).hasSize(1);
  }

  @Test
  void aRedirectIsOneLineOfTheLogWithItsStageAndKeepsTheConnection() {
    try (Wire wire = Wire.connect(port)) {
      for (String method : new String[] {"GET", "POST", "HEAD"}) {
        wire.send(
            method
                + " /moved/x?y HTTP/1.1\r\nHost: a:81\r\n"
                + (method.equals("POST") ? "Content-Length: 0\r\n" : "")
                + "\r\n");
        String head = wire.head();
        assertThat(head).startsWith("HTTP/1.1 308 ").contains("Location: https://a/moved/x?y");
      }
    }
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Files.readAllLines(log))
                    .filteredOn(line -> line.contains("\"path\":\"/moved/x\""))
                    .hasSize(3)
                    .allMatch(line -> line.contains("\"reason\":\"redirected\""))
                    .allMatch(line -> line.contains("\"stage\":\"m\"")));
  }

  @Test
  void whoAClientIsStandsInTheLogAndReachesTheServer() {
    HttpResponse<String> answer =
        TestGateway.get(port, "/guarded/log", "Authorization", SHOWN, "X_User", "root");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(origin.heads().getLast()).contains("X-User: ali").doesNotContain("root");
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Files.readAllLines(log))
                    .filteredOn(line -> line.contains("/guarded/log"))
                    .singleElement()
                    .asString()
                    .contains("\"user\":\"ali\""));
  }

  @Test
  void laterStagesSeeWhatEarlierOnesMadeOfTheRequestAndTheServerToo() {
    assertThat(TestGateway.get(port, "/strip/v1/a?q=1").statusCode()).isEqualTo(200);

    assertThat(origin.heads().getLast())
        .startsWith("GET /v1/a?q=1 ")
        .contains("X-Forwarded-Prefix: /strip", "X-Path: /strip/v1/a");
  }

  @Test
  void aCompressedAnswerIsFramedForItsClientWhateverItsProtocol() throws IOException {
    try (Wire wire = Wire.connect(port)) {
      for (int i = 0; i < 2; i++) {
        wire.send("GET /small/x HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
        Wire.Message answer = wire.message();
        assertThat(answer.head()).contains("Content-Encoding: gzip", "Transfer-Encoding: chunked");
        assertThat(unzipped(answer.content())).contains("GET /small/x");
      }
    }
    try (H2Wire wire = new H2Wire(port)) {
      wire.headers(
          1,
          true,
          ":method",
          "GET",
          ":scheme",
          "http",
          ":path",
          "/small/y",
          ":authority",
          "a",
          "accept-encoding",
          "gzip");
      assertThat(wire.fields(wire.next(H2Wire.HEADERS))).contains("gzip");
      assertThat(unzipped(wire.next(H2Wire.DATA).payload())).contains("GET /small/y");
    }
  }

  private static String unzipped(byte[] bytes) throws IOException {
    return new String(
        new GZIPInputStream(new ByteArrayInputStream(bytes)).readNBytes(20),
        StandardCharsets.UTF_8);
  }

  @Test
  void anErrorOfTheGatewaysOwnHasThePageOfTheOperator() {
    HttpResponse<String> answer = TestGateway.get(port, "/sorry");

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).isEqualTo("<h1>sorry</h1>");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
  }

  @Test
  void aBodyThatEndsWithItsConnectionIsWholeInAnyCoding() throws IOException {
    try (Origin closing =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + "z".repeat(5_000));
            })) {
      gateway.backend("closing", closing);
      stage("closing", "closing", "compress", "{}");
      gateway.awaitStatus(port, "/closing", 200);
      try (Wire wire = Wire.connect(port)) {
        wire.send("GET /closing HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
        byte[] sent = wire.message().content();
        assertThat(new GZIPInputStream(new ByteArrayInputStream(sent)).readAllBytes())
            .hasSize(5_000);
      }
    }
  }

  @Test
  void whatStagesDidIsCounted() {
    double before = passed();

    TestGateway.get(port, "/strip/counted");

    Awaitility.await().until(() -> passed() == before + 1);
    assertThat(
            gateway.meter(
                "sluice_stage_requests_total{frontend=\"guarded\",outcome=\"unauthorized\",stage=\"m\"}"))
        .isPositive();
  }

  private double passed() {
    return gateway.meter(
        "sluice_stage_requests_total{frontend=\"strip\",outcome=\"passed\",stage=\"m\"}");
  }
}
