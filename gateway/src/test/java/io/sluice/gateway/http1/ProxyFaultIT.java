package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.RawConnection;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients see when there is no server, or it does badly; and servers when clients do. */
class ProxyFaultIT extends RawConnection {
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
          .matches(
              "\\{\"error\":\"not found\",\"status\":404,\"reason\":\"no_route\","
                  + "\"request_id\":\"[0-9a-f]{32}\"}\n");
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
}
