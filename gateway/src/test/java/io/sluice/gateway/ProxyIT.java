package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP/1.1 clients and servers see, on raw sockets on both sides. */
class ProxyIT {
  private static TestGateway gateway;
  private static int port;
  private static Origin echo;

  private Wire client;

  @BeforeAll
  static void start() {
    echo = Origin.echoing();
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway
        .backend("echo", echo)
        .frontend("echo", "echo", "Path(`/<path:all>`)")
        .awaitServing(port);
    gateway.awaitStatus(port, "/", 200);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    echo.close();
  }

  @BeforeEach
  void connect() {
    client = Wire.connect(port);
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  @Test
  void aConnectionServesOneRequestAfterAnother() {
    for (int i = 0; i < 5; i++) {
      client.send("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().body()).startsWith("GET /" + i + " HTTP/1.1\r\n");
    }
  }

  @Test
  void upstreamConnectionsAreUsedAgain() {
    try (Origin origin = Origin.named("one")) {
      route("reuse", origin);
      for (int i = 0; i < 20; i++) {
        client.send("GET /reuse HTTP/1.1\r\nHost: a\r\n\r\n");
        client.message();
      }
      // One for each of the two event loops, at the most.
      assertThat(origin.accepted()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      requests.append(
          i % 3 == 0
              ? "POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
              : "GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    client.send(requests.toString());
    for (int i = 0; i < 200; i++) {
      assertThat(client.message().head()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void bodiesOfBothFramingsArrive() {
    client.send("POST /l HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    assertThat(client.message().body()).contains("Content-Length: 5").endsWith("\n\nhello\n");

    client.send(
        "POST /c HTTP/1.1\r\n"
            + "Host: a\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + "3;ext=1\r\n"
            + "hel\r\n"
            + "2\r\n"
            + "lo\r\n"
            + "0\r\n\r\n");
    assertThat(client.message().body())
        .contains("Transfer-Encoding: chunked")
        .doesNotContain("Content-Length")
        .doesNotContain("ext")
        .endsWith("\n\nhello\n");
  }

  @Test
  void trailersPassInBothDirectionsForThoseWhoWantThem() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              for (Wire.Message request = wire.message();
                  request != null;
                  request = wire.message()) {
                String body = request.trailers().replace("\n", ";");
                wire.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + Integer.toHexString(body.length() + 1)
                        + "\r\n>"
                        + body
                        + "\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\n\r\n");
              }
            })) {
      route("trailers", origin);
      String body = "\r\n1\r\na\r\n0\r\nX-In: 1\r\nHost: evil\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n";

      client.send(
          "POST /trailers HTTP/1.1\r\n"
              + "Host: a\r\n"
              + "TE: trailers\r\n"
              + "Connection: TE\r\n"
              + "Transfer-Encoding: chunked\r\n"
              + body);
      Wire.Message wanted = client.message();
      client.send("POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + body);
      Wire.Message unwanted = client.message();

      assertThat(wanted.body()).isEqualTo(">X-In: 1;");
      assertThat(wanted.trailers()).isEqualTo("X-Sum: 7\n");
      assertThat(unwanted.body()).isEqualTo(">");
      assertThat(unwanted.trailers()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0} to {1} keeps the connection in step")
  @CsvSource({"HEAD, 200", "GET, 204", "GET, 304", "HEAD, 304"})
  void responsesWithoutBodyKeepTheConnectionInStep(String method, int status) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(
                    "HTTP/1.1 "
                        + status
                        + " X\r\n"
                        + (status == 204 ? "" : "Content-Length: 50\r\n")
                        + "ETag: \"e\"\r\n\r\n");
              }
            })) {
      route("bodiless", origin);
      for (int i = 0; i < 3; i++) {
        client.send(method + " /bodiless HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 " + status).contains("ETag: \"e\"");
      }
      assertThat(origin.accepted()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void interimResponsesPassAndOthersDoNot() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(
                    "HTTP/1.1 100 Continue\r\n\r\n"
                        + "HTTP/1.1 102 Processing\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\n"
                        + "Link: </a>\r\n\r\n"
                        + Origin.response("done"));
              }
            })) {
      route("interim", origin);
      client.send("GET /interim HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(client.message().head()).startsWith("HTTP/1.1 103").contains("Link: </a>");
      assertThat(client.message().body()).isEqualTo("done");
    }
  }

  @Test
  void expectationsAreAnsweredByTheServer() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              for (String head = wire.head(); head != null; head = wire.head()) {
                assertThat(Wire.header(head, "Expect")).isEqualTo("100-continue");
                wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                wire.send(Origin.response(new String(wire.bytes(5), StandardCharsets.US_ASCII)));
              }
            })) {
      route("expect", origin);
      client.send(
          "POST /expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(client.message().status()).isEqualTo(100);
      client.send("hello");
      assertThat(client.message().body()).isEqualTo("hello");
    }
  }

  @Test
  void aBodyWithoutLengthIsChunkedForNewClientsAndEndsTheConnectionOfOldOnes() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
            })) {
      route("close", origin);
      client.send("GET /close HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message modern = client.message();
      assertThat(modern.header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(modern.body()).isEqualTo("until the end");

      client.send("GET /close HTTP/1.0\r\nHost: a\r\n\r\n");
      Wire.Message old = client.message();
      assertThat(old.header("Transfer-Encoding")).isNull();
      assertThat(old.body()).isEqualTo("until the end");
    }
  }

  @Test
  void hopByHopFieldsEndHereAndForwardingFieldsAreOurs() {
    client.send(
        "GET /h HTTP/1.1\r\n"
            + "Host: public.example:8080\r\n"
            + "Connection: keep-alive, X-Private\r\n"
            + "X-Private: 1\r\n"
            + "Keep-Alive: timeout=5\r\n"
            + "TE: gzip\r\n"
            + "Proxy-Authorization: Basic x\r\n"
            + "Upgrade: h2c\r\n"
            + "HTTP2-Settings: AAA\r\n"
            + "X-Forwarded-For: 6.6.6.6\r\n"
            + "X-Forwarded-Proto: https\r\n"
            + "Forwarded: for=6.6.6.6\r\n"
            + "X-Real-IP: 6.6.6.6\r\n"
            + "X_Forwarded_For: 6.6.6.6\r\n"
            + "X-Kept: 1\r\n\r\n");

    String head = client.message().body();

    assertThat(head)
        .contains(
            "X-Kept: 1",
            "X-Forwarded-For: 127.0.0.1\r\n",
            "X-Forwarded-Proto: http\r\n",
            "X-Forwarded-Host: public.example:8080",
            "X-Forwarded-Port: 8080",
            "X-Real-IP: 127.0.0.1",
            "Host: 127.0.0.1:" + echo.port())
        .doesNotContain(
            "6.6.6.6",
            "X-Private",
            "Keep-Alive",
            "TE:",
            "Proxy-Authorization",
            "Upgrade",
            "HTTP2-Settings",
            "Connection");
  }

  @Test
  void aTrustingFrontendKeepsWhatTheClientSays() {
    gateway.frontend(
        "trusting",
        "echo",
        "Path(`/trusting`)",
        "{'TrustForwardHeader':true,'PassHostHeader':true,'Hostname':'edge-1'}");
    Awaitility.await()
        .until(
            () -> {
              client.send(
                  "GET /trusting HTTP/1.1\r\n"
                      + "Host: public.example\r\n"
                      + "X-Forwarded-For: 6.6.6.6\r\n"
                      + "X-Forwarded-For: 7.7.7.7\r\n"
                      + "X-Forwarded-Proto: https\r\n\r\n");
              String head = client.message().body();
              return head.contains("Host: public.example\r\n")
                  && head.contains("X-Forwarded-For: 6.6.6.6, 7.7.7.7, 127.0.0.1")
                  && head.contains("X-Forwarded-Proto: https")
                  && head.contains("X-Forwarded-Server: edge-1");
            });
  }

  @Test
  void aServerCannotStripWhatFramesItsResponse() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(
                    "HTTP/1.1 200 OK\r\n"
                        + "Connection: Content-Length, X-Hop\r\n"
                        + "X-Hop: 1\r\n"
                        + "Content-Length: 2\r\n\r\n"
                        + "ok");
              }
            })) {
      route("strip", origin);
      client.send("GET /strip HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message answer = client.message();
      assertThat(answer.body()).isEqualTo("ok");
      assertThat(answer.header("X-Hop")).isNull();
    }
  }

  @Test
  void whatIsMatchedIsWhatIsForwarded() {
    client.send("GET /a/..//b/%2e%2e/c?x=/../y HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(client.message().body()).startsWith("GET /c?x=/../y HTTP/1.1\r\n");
  }

  @Test
  void noRouteIs404AndTheConnectionGoesOn() {
    int narrow = gateway.listener("narrow");
    gateway
        .put(
            "listeners/narrow",
            "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
                + narrow
                + "'},'Scope':'Path(`/in`)'}")
        .awaitServing(narrow)
        .awaitStatus(narrow, "/out", 404);
    try (Wire wire = Wire.connect(narrow)) {
      wire.send("GET /out HTTP/1.1\r\nHost: a\r\n\r\nGET /in HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message refused = wire.message();
      assertThat(refused.status()).isEqualTo(404);
      assertThat(refused.body())
          .isEqualTo("{\"error\":\"not found\",\"status\":404,\"reason\":\"no_route\"}\n");
      assertThat(wire.message().status()).isEqualTo(200);
    }
  }

  @Test
  void aBackendWithoutServersIs503() {
    gateway
        .backend("empty")
        .frontend("empty", "empty", "Path(`/empty`)")
        .awaitStatus(port, "/empty", 503);
  }

  @Test
  void aServerThatRefusesIs502AndAnotherIsTriedFirst() {
    Origin dead = Origin.named("dead");
    dead.close();
    gateway
        .backend("dead", dead)
        .frontend("dead", "dead", "Path(`/dead`)")
        .awaitStatus(port, "/dead", 502);
    try (Origin alive = Origin.named("alive")) {
      gateway.backend("half", dead, alive).frontend("half", "half", "Path(`/half`)");
      Awaitility.await().until(() -> TestGateway.get(port, "/half").body().startsWith("alive"));
      for (int i = 0; i < 20; i++) {
        client.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        assertThat(client.message().body()).isEqualTo("alive POST /half hi");
      }
    }
  }

  @Test
  void aServerThatIsSilentIs504AfterItsTimeAndNotBefore() {
    CountDownLatch done = new CountDownLatch(1);
    try (Origin silent =
        Origin.scripted(
            wire -> {
              wire.message();
              try {
                done.await();
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              }
            })) {
      gateway
          .backend("silent", "{'Timeouts':{'Read':'300ms'}}", silent)
          .frontend("silent", "silent", "Path(`/silent`)");
      gateway.awaitStatus(port, "/silent", 504);
      long started = System.nanoTime();
      client.send("GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().body()).contains("\"reason\":\"response_timeout\"");
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isGreaterThanOrEqualTo(Duration.ofMillis(300));
      done.countDown();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK~Content-Length: 5~Transfer-Encoding: chunked~~0~~",
        "HTTP/1.1 101 Switching~Upgrade: x~~",
        "HTTP/1.1 99 X~~",
        "HTTP/3.0 200 OK~Content-Length: 0~~",
        "HTTP/1.1 200 OK~X : y~Content-Length: 0~~",
        "HTTP/1.1 200 OK~Transfer-Encoding: gzip~~",
        "garbage~~",
      })
  void aResponseInDoubtIs502(String response) {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send(response.replace("~", "\r\n"));
              wire.toEnd();
            })) {
      route("doubt", origin);
      client.send("GET /doubt HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().body()).contains("\"status\":502,\"reason\":\"bad_response\"");
      Awaitility.await().until(() -> origin.connections() == 0);
    }
  }

  @Test
  void aSpareResponseNeverReachesTheNextClient() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send(Origin.response("mine") + Origin.response("spare"));
              wire.toEnd();
            })) {
      route("spare", origin);
      for (int i = 0; i < 5; i++) {
        client.send("GET /spare HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.message().body()).isEqualTo("mine");
      }
      Awaitility.await().until(() -> origin.connections() == 0);
    }
  }

  @Test
  void aPooledConnectionThatDiedIsReplacedOnce() {
    AtomicInteger requests = new AtomicInteger();
    try (Origin origin =
        Origin.scripted(
            wire -> {
              // The first request of a connection is answered; the second kills it.
              wire.message();
              wire.send(Origin.response("answer " + requests.incrementAndGet()));
              wire.message();
              wire.reset();
            })) {
      route("stale", origin);
      for (int i = 1; i <= 10; i++) {
        client.send("GET /stale HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.message().body()).startsWith("answer ");
      }
    }
  }

  @Test
  void aResponseThatIsCutIsCutForTheClientToo() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part");
            })) {
      route("cut", origin);
      client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 200");
      assertThat(new String(client.toEnd(), StandardCharsets.US_ASCII)).isEqualTo("only a part");
    }
  }

  @Test
  void aClientThatGoesAwayEndsTheUpstreamRequest() {
    CountDownLatch arrived = new CountDownLatch(1);
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              arrived.countDown();
              wire.toEnd();
            })) {
      route("gone", origin);
      double before = gateway.meter("sluice_rejected_total{reason=\"client_gone\"}");
      client.send("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n");
      Awaitility.await().until(() -> arrived.getCount() == 0);
      client.close();
      Awaitility.await().until(() -> origin.connections() == 0);
      Awaitility.await()
          .until(
              () -> gateway.meter("sluice_rejected_total{reason=\"client_gone\"}") == before + 1);
    }
  }

  @Test
  void anUploadThatPausesIsTheClientsAffairAndNotTheServers() {
    try (Origin origin = Origin.named("patient")) {
      gateway
          .backend("patient", "{'Timeouts':{'Read':'200ms'}}", origin)
          .frontend("patient", "patient", "Path(`/patient`)")
          .awaitRoute("patient", "patient", origin);
      client.send("POST /patient HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
      assertThat(client.hears(1_000)).isFalse();
      client.send("world");

      assertThat(client.message().body()).isEqualTo("patient POST /patient helloworld");
    }
  }

  @Test
  void aRequestOfHttp10WithoutHostGetsOneOnItsWay() {
    gateway
        .frontend("passing", "echo", "Path(`/passing`)", "{'PassHostHeader':true}")
        .awaitRoute("passing", "echo", echo);
    client.send("GET /passing HTTP/1.0\r\n\r\n");

    assertThat(client.message().body()).contains("Host: 127.0.0.1:" + echo.port());
  }

  @Test
  void clientsThatResetInTheMiddleLeakNothing() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send(Origin.response("x".repeat(20_000)));
              }
            })) {
      route("reset", origin);
      for (int i = 0; i < 200; i++) {
        Wire wire = Wire.connect(port);
        wire.send("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n");
        wire.reset();
      }
      client.send("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().status()).isEqualTo(200);
      Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
    }
  }

  @Test
  void anEarlyAnswerToAnUploadReachesTheClient() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.head();
              wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
              wire.toEnd();
            })) {
      route("early", origin);
      client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome");
      Wire.Message answer = client.message();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.closes()).isTrue();
      assertThat(client.ends()).isTrue();
      Awaitility.await().until(() -> origin.connections() == 0);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "Content-Length: 11, 'hello world'",
    "Transfer-Encoding: chunked, 'b~hello world~0~~'",
    "Content-Length: 11, ''"
  })
  void aBodyThatIsTooLargeIs413(String framing, String body) {
    gateway.frontend("small", "echo", "Path(`/small`)", "{'Limits':{'MaxBodyBytes':10}}");
    gateway.awaitStatus(port, "/small", 200);
    Awaitility.await()
        .until(
            () -> {
              try (Wire wire = Wire.connect(port)) {
                wire.send(
                    "POST /small HTTP/1.1\r\nHost: a\r\n"
                        + framing
                        + "\r\n\r\n"
                        + body.replace("~", "\r\n"));
                Wire.Message answer = wire.message();
                return answer.status() == 413
                    && answer.body().contains("body_too_large")
                    && wire.ends();
              }
            });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | POST / HTTP/1.1~Host: a~Content-Length: 6~Transfer-Encoding: chunked~~0~~G",
        "400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 6~~0~~G",
        "400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: xchunked~~0~~",
        "501 | POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~0~~",
        "400 | POST / HTTP/1.1~Host: a~Content-Length: 3~Content-Length: 3~~abc",
        "400 | POST / HTTP/1.1~Host: a~Content-Length: 03~~abc",
        "400 | GET / HTTP/1.1~Host: a~Content-Length: 3~~abc",
        "400 | GET / HTTP/1.1~Host: a~X: b~ c~~",
        "400 | GET / HTTP/1.1~Host : a~~",
        "400 | GET / HTTP/1.1^Host: a~~",
        "400 | GET / HTTP/1.1~~",
        "400 | GET / HTTP/1.1~Host: a~Host: b~~",
        "400 | GET http://b/ HTTP/1.1~Host: a~~",
        "400 | POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked~~0~~",
        "400 | GET / HTTP/1.1~Host: a~Connection: X-Forwarded-For~~",
        "400 | GET  / HTTP/1.1~Host: a~~",
        "400 | GET /%00 HTTP/1.1~Host: a~~",
        "400 | GET /../../etc HTTP/1.1~Host: a~~",
        "405 | TRACE / HTTP/1.1~Host: a~~",
        "405 | CONNECT a:1 HTTP/1.1~Host: a~~",
        "417 | POST / HTTP/1.1~Host: a~Expect: x~Content-Length: 1~~a",
        "505 | GET / HTTP/1.2~Host: a~~",
        "400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5 ~hello~0~~",
        "400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5^hello~0~~",
        "400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5~helloX~0~~",
      })
  void doubtfulFramingIsRefusedClosedAndNeverForwardedWhole(int status, String request) {
    int answeredBefore = echo.heads().size();
    client.send(
        request.replace("~", "\r\n").replace('^', '\n')
            + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");

    Wire.Message answer = client.message();

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.closes()).isTrue();
    assertThat(client.toEnd()).isEmpty();
    assertThat(echo.heads()).hasSize(answeredBefore);
    try (Wire next = Wire.connect(port)) {
      next.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(next.message().body()).startsWith("GET /next ");
    }
    assertThat(echo.heads()).noneMatch(head -> head.contains("smuggled"));
  }

  @Test
  void headsThatAreTooLargeAre414And431() {
    client.send("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(client.message().status()).isEqualTo(414);
    try (Wire wire = Wire.connect(port)) {
      wire.send(
          "GET / HTTP/1.1\r\nHost: a\r\n"
              + ("X: " + "a".repeat(1_000) + "\r\n").repeat(40)
              + "\r\n");
      assertThat(wire.message().status()).isEqualTo(431);
    }
    try (Wire wire = Wire.connect(port)) {
      wire.send("GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(101) + "\r\n");
      assertThat(wire.message().body()).contains("too_many_fields");
    }
  }

  @Test
  void aMiddlewareThatIsNotBuiltInClosesItsFrontendAndNoOther() {
    gateway
        .frontend("guarded", "echo", "Path(`/guarded`)")
        .put("frontends/guarded/middlewares/auth", "{'Type':'jwt','Middleware':{}}");
    gateway.awaitStatus(port, "/guarded", 503).awaitStatus(port, "/", 200);
    assertThat(gateway.problems())
        .anyMatch(problem -> problem.where().equals("frontends/guarded/middlewares/auth Type"));
    gateway.remove("frontends/guarded/middlewares/auth").awaitStatus(port, "/guarded", 200);
  }

  @Test
  void aRateLimitOutlivesUnrelatedChanges() {
    gateway
        .frontend("limited", "echo", "Path(`/limited`)")
        .put(
            "frontends/limited/middlewares/rl",
            "{'Type':'ratelimit','Middleware':{'Variable':'client.ip','PeriodSeconds':3600,'Requests':1,'Burst':3}}");
    gateway.awaitStatus(port, "/limited", 429);
    for (int i = 0; i < 5; i++) {
      gateway
          .frontend("unrelated" + i, "echo", "Path(`/unrelated" + i + "`)")
          .awaitStatus(port, "/unrelated" + i, 200);
      client.send("GET /limited HTTP/1.1\r\nHost: a\r\n\r\n");
      Wire.Message answer = client.message();
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.header("Retry-After")).isNotNull();
      assertThat(answer.header("RateLimit-Policy")).isEqualTo("\"rl\";q=1;w=3600;burst=3");
      assertThat(answer.header("RateLimit")).startsWith("\"rl\";r=0;t=");
    }
  }

  @Test
  void whatAServerSaysOfItsOwnLimitStandsBesideTheGateways() {
    try (Origin origin =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                wire.send("HTTP/1.1 204 No\r\nRateLimit: \"own\";r=7;t=9\r\n\r\n");
              }
            })) {
      route("both", origin);
      gateway.put(
          "frontends/both/middlewares/rl",
          "{'Type':'ratelimit','Middleware':{'Variable':'client.ip','PeriodSeconds':3600,'Requests':9999}}");
      Awaitility.await()
          .untilAsserted(
              () -> {
                client.send("GET /both HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.message().head())
                    .contains("RateLimit: \"own\";r=7;t=9\r\n")
                    .contains("RateLimit: \"rl\";r=");
              });
    }
  }

  @Test
  void sharesOfASplitFollowTheirWeights() {
    try (Origin blue = Origin.named("blue");
        Origin green = Origin.named("green")) {
      gateway.backend("blue", blue).backend("green", green);
      gateway
          .put(
              "frontends/split/frontend",
              "{'Type':'http','Route':'Path(`/split`)','Split':[{'BackendId':'blue','Weight':3},{'BackendId':'green','Weight':1}]}")
          .awaitStatus(port, "/split", 200);
      int ofGreen = 0;
      for (int i = 0; i < 400; i++) {
        client.send("GET /split HTTP/1.1\r\nHost: a\r\n\r\n");
        ofGreen += client.message().body().startsWith("green") ? 1 : 0;
      }
      // 100 are expected; five standard deviations are 43.
      assertThat(ofGreen).isBetween(50, 150);
    }
  }

  @Test
  void aRemovedServerFinishesItsExchangeAndGetsNoOther() {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    Origin old =
        Origin.scripted(
            wire -> {
              for (Wire.Message request = wire.message();
                  request != null;
                  request = wire.message()) {
                if (request.head().contains("/moved?hold")) {
                  arrived.countDown();
                  try {
                    release.await();
                  } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                  }
                }
                wire.send(Origin.response("old"));
              }
            });
    try (old;
        Origin fresh = Origin.named("fresh")) {
      route("moved", old);
      client.send("GET /moved?hold HTTP/1.1\r\nHost: a\r\n\r\n");
      Awaitility.await().until(() -> arrived.getCount() == 0);

      gateway.server("moved", "s1", fresh.port()).remove("backends/moved/servers/s0");
      Awaitility.await()
          .until(
              () ->
                  gateway
                      .admin("/status")
                      .body()
                      .contains(
                          "\"endpoint\":\"127.0.0.1:" + old.port() + "\",\"state\":\"DRAINING\""));
      for (int i = 0; i < 10; i++) {
        assertThat(TestGateway.get(port, "/moved").body()).startsWith("fresh");
      }
      release.countDown();

      assertThat(client.message().body()).isEqualTo("old");
      Awaitility.await().until(() -> old.connections() == 0);
      Awaitility.await()
          .until(() -> !gateway.admin("/status").body().contains("127.0.0.1:" + old.port()));
    }
  }

  @Test
  void requestsThatDoNotArriveInTimeAreAnsweredAndClosed() {
    client.send("GET / HTTP/1.1\r\nHost:");

    assertThat(client.message().status()).isEqualTo(408);
    assertThat(client.ends()).isTrue();
  }

  private static void route(String name, Origin origin) {
    gateway
        .backend(name, origin)
        .frontend(name, name, "Path(`/" + name + "`)")
        .awaitRoute(name, name, origin);
  }
}
