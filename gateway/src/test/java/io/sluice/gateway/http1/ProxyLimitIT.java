package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.RawConnection;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, and what changes while clients ask. */
class ProxyLimitIT extends RawConnection {
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
        .put("frontends/guarded/middlewares/auth", "{'Type':'captcha','Middleware':{}}");
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
}
