package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gateway does about servers that are slow, full, broken or gone. */
class UpstreamIT {
  private TestGateway gateway;
  private Wire client;
  private int port;

  @BeforeEach
  void start() {
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway.awaitServing(port);
    client = Wire.connect(port);
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
  }

  private Wire.Message get(String path) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.message();
  }

  private static Origin failing(String answer) {
    return Origin.scripted(
        wire -> {
          while (wire.message() != null) {
            if (answer.isEmpty()) {
              return;
            }
            wire.send(answer);
          }
        });
  }

  private static final String UNAVAILABLE =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

  private void route(String settings, String backend, Origin... origins) {
    gateway.backend("b", backend, origins).frontend("f", "b", "PathRegexp(`.*`)", settings);
    for (Origin origin : origins) {
      gateway.awaitRoute("f", "b", origin);
    }
    assertThat(gateway.problems()).isEmpty();
  }

  @Test
  void theFailoverPredicateSaysWhatIsTriedAgainAndTheFailedServerIsNot() {
    try (Origin bad = failing(UNAVAILABLE);
        Origin good = Origin.named("good")) {
      route(
          "{'FailoverPredicate':'(IsNetworkError() || ResponseCode() == 503) && Attempts() <= 2'}",
          "{'Limits':{'RetryPercent':100}}",
          bad,
          good);

      for (int i = 0; i < 10; i++) {
        assertThat(get("/x").body()).startsWith("good GET /x");
        client.send("POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(client.message().body()).isEqualTo("good POST /y hello");
      }
      assertThat(gateway.meter("sluice_retries_total{reason=\"upstream_closed\"}")).isPositive();
    }
  }

  @Test
  void whatMayHaveHadAnEffectIsNotTriedAgain() {
    try (Origin bad = failing("");
        Origin good = Origin.named("good")) {
      route("{}", "{}", bad, good);

      int refused = 0;
      for (int i = 0; i < 10; i++) {
        client.send("POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        refused += client.message().status() == 502 ? 1 : 0;
        assertThat(get("/x").body()).startsWith("good GET /x");
      }
      assertThat(refused).isPositive();
    }
  }

  @Test
  void retriesEndWithTheirBudget() {
    try (Origin bad = failing(UNAVAILABLE);
        Origin worse = failing(UNAVAILABLE)) {
      route(
          "{'FailoverPredicate':'ResponseCode() == 503'}",
          "{'Limits':{'RetryPercent':0}}",
          bad,
          worse);

      for (int i = 0; i < 100; i++) {
        assertThat(get("/").status()).isEqualTo(503);
      }
      assertThat(gateway.meter("sluice_retries_total{reason=\"budget_exhausted\"}")).isPositive();
    }
  }

  /** A budget that nobody has written does not cut what the operator has asked for. */
  @Test
  void whatAPredicateWantsIsLimitedWhereTheOperatorHasSaidSo() {
    try (Origin bad = failing(UNAVAILABLE);
        Origin good = Origin.named("good")) {
      route("{'FailoverPredicate':'ResponseCode() == 503 && Attempts() <= 2'}", "{}", bad, good);

      for (int i = 0; i < 100; i++) {
        assertThat(get("/").status()).isEqualTo(200);
      }
      assertThat(gateway.meter("sluice_retries_total{reason=\"budget_exhausted\"}")).isZero();
    }
  }

  @Test
  void aFullBackendLetsSomeWaitAndTurnsTheRestAway() {
    CountDownLatch release = new CountDownLatch(1);
    try (Origin slow =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                awaitLatch(release);
                wire.send(Origin.response("done"));
              }
            })) {
      route("{}", "{'Limits':{'MaxRequests':1,'MaxQueue':1,'QueueTimeout':'20s'}}", slow);
      List<Wire> clients = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Wire each = Wire.connect(port);
        each.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        clients.add(each);
        int expected = i + 1;
        Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == expected);
      }

      Wire.Message third = get("/");

      assertThat(third.status()).isEqualTo(503);
      assertThat(third.body()).contains("queue_full");
      assertThat(third.header("Retry-After")).isEqualTo("1");
      assertThat(slow.accepted()).isEqualTo(1);
      release.countDown();
      clients.forEach(each -> assertThat(each.message().body()).isEqualTo("done"));
      clients.forEach(Wire::close);
      assertThat(get("/").body()).isEqualTo("done");
    }
  }

  @Test
  void whoWaitsTooLongForAPlaceIsTold() {
    CountDownLatch release = new CountDownLatch(1);
    try (Origin slow =
            Origin.scripted(
                wire -> {
                  wire.message();
                  awaitLatch(release);
                });
        Wire first = Wire.connect(port)) {
      route("{}", "{'Limits':{'MaxRequests':1,'QueueTimeout':'100ms'}}", slow);
      first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 1);

      assertThat(get("/").body()).contains("queue_timeout");

      release.countDown();
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void noConnectionOlderThanItMayBeTakesAnotherRequest() {
    try (Origin origin = Origin.named("named")) {
      route("{}", "{'KeepAlive':{'MaxAge':'1ns'}}", origin);
      for (int i = 0; i < 5; i++) {
        assertThat(get("/").status()).isEqualTo(200);
      }
      assertThat(origin.accepted()).isEqualTo(5);

      gateway.backend("b", "{}");
      Awaitility.await()
          .until(
              () -> {
                int before = origin.accepted();
                get("/");
                get("/");
                return origin.accepted() <= before + 1;
              });
    }
  }

  @Test
  void theWholeExchangeHasAnEnd() {
    try (Origin silent =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.ends();
            })) {
      route("{'Timeouts':{'Request':'100ms'}}", "{}", silent);

      Wire.Message answer = get("/");

      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.body()).contains("exchange_timeout");
    }
  }

  @Test
  void aCookieKeepsAClientWithItsServer() {
    try (Origin a = Origin.named("a");
        Origin b = Origin.named("b")) {
      route("{}", "{'Sticky':{'Cookie':'srv'}}", a, b);
      Wire.Message first = get("/");
      String cookie = first.header("Set-Cookie");
      assertThat(cookie).startsWith("srv=").contains("; Path=/; HttpOnly; SameSite=Lax");

      for (int i = 0; i < 10; i++) {
        client.send(
            "GET / HTTP/1.1\r\nHost: a\r\nCookie: x=y; "
                + cookie.substring(0, cookie.indexOf(';'))
                + "\r\n\r\n");
        Wire.Message next = client.message();
        assertThat(next.body()).isEqualTo(first.body());
        assertThat(next.header("Set-Cookie")).isNull();
      }
    }
  }

  @Test
  void theSameKeyGoesToTheSameServer() {
    try (Origin a = Origin.named("a");
        Origin b = Origin.named("b");
        Origin c = Origin.named("c")) {
      route("{}", "{'LoadBalancing':{'Policy':'hash','HashOn':'request.path'}}", a, b, c);
      List<String> seen = new ArrayList<>();

      for (int key = 0; key < 30; key++) {
        String server = get("/" + key).body().substring(0, 1);
        assertThat(get("/" + key).body().substring(0, 1)).isEqualTo(server);
        seen.add(server);
      }

      assertThat(seen).contains("a", "b", "c");
    }
  }

  @Test
  void aServerThatFailsItsChecksGetsNothingUntilItIsWellAgain() {
    AtomicBoolean well = new AtomicBoolean(true);
    try (Origin sick =
            Origin.scripted(
                wire -> {
                  for (Wire.Message m = wire.message(); m != null; m = wire.message()) {
                    boolean check = m.head().startsWith("GET /healthz ");
                    wire.send(check && !well.get() ? UNAVAILABLE : Origin.response("sick"));
                  }
                });
        Origin good = Origin.named("good")) {
      route(
          "{}",
          "{'HealthCheck':{'Path':'/healthz','Interval':'20ms','Unhealthy':2,'Healthy':2}}",
          sick,
          good);
      Awaitility.await().until(() -> get("/").body().equals("sick"));

      well.set(false);

      Awaitility.await().until(() -> gateway.meter("sluice_endpoints_down") == 1);
      for (int i = 0; i < 20; i++) {
        assertThat(get("/").body()).startsWith("good");
      }
      assertThat(gateway.admin("/status").body()).contains("\"state\":\"DOWN\"");
      well.set(true);
      Awaitility.await().until(() -> gateway.meter("sluice_endpoints_ready") == 2);
      Awaitility.await().until(() -> get("/").body().equals("sick"));
    }
  }

  @Test
  void aServerWhoseAnswersFailIsEjectedForAWhile() {
    try (Origin bad = failing(UNAVAILABLE);
        Origin good = Origin.named("good")) {
      route("{}", "{'OutlierDetection':{'ConsecutiveFailures':3,'Ejection':'1h'}}", bad, good);

      Awaitility.await()
          .until(
              () -> {
                get("/");
                return gateway.meter("sluice_endpoints_ejected") == 1;
              });

      for (int i = 0; i < 20; i++) {
        assertThat(get("/").body()).startsWith("good");
      }
    }
  }

  @Test
  void tcpChecksFindAServerThatIsNotThere() {
    int nobody = FreePort.next();
    try (Origin good = Origin.named("good")) {
      route(
          "{}",
          "{'HealthCheck':{'Type':'tcp','Interval':'20ms','Unhealthy':1,'Timeout':'1s'}}",
          good);
      gateway.server("b", "nobody", nobody);

      Awaitility.await().until(() -> gateway.meter("sluice_endpoints_down") == 1);
    }
  }

  /** The real etcd is a gRPC server, and jetcd a client that the gateway stands between. */
  @Test
  void grpcPassesUnaryAndStreamingWithStatusAndErrors() throws Exception {
    try (Etcd etcd = Etcd.start()) {
      gateway
          .backend("b", "{'Protocol':'h2c','HealthCheck':{'Type':'grpc','Interval':'50ms'}}")
          .server("b", "etcd", etcd.port())
          .frontend("f", "b", "PathRegexp(`/etcdserverpb.*`)");
      Awaitility.await().until(() -> gateway.meter("sluice_endpoints_ready") == 1);
      try (Client client = Client.builder().endpoints("http://127.0.0.1:" + port).build()) {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Watch.Watcher watcher =
            client
                .getWatchClient()
                .watch(
                    bytes("key"),
                    WatchOption.builder().withRevision(1).build(),
                    response ->
                        response
                            .getEvents()
                            .forEach(e -> seen.add(e.getKeyValue().getValue().toString())));
        client.getKVClient().put(bytes("key"), bytes("one")).get(10, TimeUnit.SECONDS);
        client.getKVClient().put(bytes("key"), bytes("two")).get(10, TimeUnit.SECONDS);

        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
        watcher.close();
      }
    }
  }

  @Test
  void aRefusedGrpcCallGetsAGrpcStatus() {
    client.send(
        "POST /none HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\n"
            + "Content-Length: 0\r\n\r\n");

    Wire.Message answer = client.message();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("grpc-status")).isEqualTo("12");
    assertThat(answer.header("grpc-message")).isEqualTo("not found");
  }

  @Test
  void aGrpcCallEndsWhenItsCallerSays() {
    try (Origin silent =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.ends();
            })) {
      route("{}", "{}", silent);
      client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\ngrpc-timeout: 100m\r\n"
              + "Content-Length: 0\r\n\r\n");

      assertThat(client.message().header("grpc-status")).isEqualTo("4");
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  @Test
  void onlySoManyConnectionsAreOpenAtOnce() {
    int narrow = FreePort.next();
    gateway.put(
        "listeners/narrow",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
            + narrow
            + "'},'Settings':{'Limits':{'MaxConnectionsPerAddress':2}}}");
    gateway.awaitServing(narrow);
    Awaitility.await()
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              try (Wire one = Wire.connect(narrow);
                  Wire two = Wire.connect(narrow);
                  Wire three = Wire.connect(narrow)) {
                for (Wire open : List.of(one, two)) {
                  open.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                  assertThat(open.message().status()).isEqualTo(404);
                }
                assertThat(three.ends()).isTrue();
              }
            });
    Awaitility.await()
        .until(() -> gateway.meter("sluice_rejected_total{reason=\"too_many_connections\"}") > 0);
  }
}
