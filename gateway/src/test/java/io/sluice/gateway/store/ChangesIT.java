package io.sluice.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A wait uses the table of the moment when it acts, and a change never costs a client an error. */
class ChangesIT {
  private final CountDownLatch release = new CountDownLatch(1);
  private TestGateway gateway;
  private int port;

  @BeforeEach
  void start() {
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway.awaitServing(port);
  }

  @AfterEach
  void stop() {
    release.countDown();
    gateway.close();
  }

  /** One that answers, or dies, when it is told. */
  private Origin held(boolean dies) {
    return Origin.scripted(
        wire -> {
          while (wire.message() != null) {
            await(release);
            if (dies) {
              return;
            }
            wire.send(Origin.response("old"));
          }
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private Wire ask(String path) {
    Wire client = Wire.connect(port);
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client;
  }

  private void awaitUnderWay(int count) {
    Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == count);
  }

  private void route(String settings, Origin... origins) {
    gateway.backend("b", settings, origins).frontend("f", "b", "PathRegexp(`.*`)");
    for (Origin origin : origins) {
      gateway.awaitRoute("f", "b", origin);
    }
  }

  @Test
  void whoWaitedForAPlaceGoesWhereTheTableLeadsNow() {
    try (Origin old = held(false);
        Origin fresh = Origin.named("fresh")) {
      route("{'Limits':{'MaxRequests':1,'MaxQueue':9,'QueueTimeout':'20s'}}", old);
      Wire first = ask("/1");
      awaitUnderWay(1);
      Wire second = ask("/2");
      awaitUnderWay(2);

      gateway.server("b", "s0", fresh.port()).awaitRoute("f", "b", fresh);
      release.countDown();

      assertThat(first.message().body()).isEqualTo("old");
      assertThat(second.message().body()).startsWith("fresh");
      assertThat(old.accepted()).isEqualTo(1);
      first.close();
      second.close();
    }
  }

  @Test
  void whatIsTriedAgainIsTriedAtServersThatCameMeanwhile() {
    try (Origin old = held(true);
        Origin fresh = Origin.named("fresh")) {
      route("{}", old);
      Wire client = ask("/");
      awaitUnderWay(1);

      gateway.server("b", "s1", fresh.port()).awaitRoute("f", "b", fresh);
      release.countDown();

      assertThat(client.message().body()).startsWith("fresh");
      client.close();
    }
  }

  @Test
  void raisedLimitsLetInWhoWaits() {
    AtomicInteger inside = new AtomicInteger();
    try (Origin slow =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                inside.incrementAndGet();
                await(release);
                wire.send(Origin.response("done"));
              }
            })) {
      route("{'Limits':{'MaxRequests':1,'MaxQueue':9,'QueueTimeout':'20s'}}", slow);
      List<Wire> clients = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        clients.add(ask("/"));
        awaitUnderWay(i);
      }
      assertThat(inside.get()).isEqualTo(1);

      gateway.backend("b", "{'Limits':{'MaxRequests':3,'MaxQueue':9,'QueueTimeout':'20s'}}");
      Awaitility.await().until(() -> inside.get() == 3);
      gateway.backend("b", "{}");
      Awaitility.await().until(() -> inside.get() == 5);

      release.countDown();
      clients.forEach(each -> assertThat(each.message().body()).isEqualTo("done"));
      clients.forEach(Wire::close);
    }
  }

  @Test
  void aCheckAsksAsTheRecordSaysNow() {
    AtomicBoolean wantsHeader = new AtomicBoolean();
    AtomicInteger well = new AtomicInteger();
    try (Origin origin =
        Origin.scripted(
            wire -> {
              if (wantsHeader.get() && !wire.line().startsWith("PROXY ")) {
                return;
              }
              for (Wire.Message m = wire.message(); m != null; m = wire.message()) {
                if (m.head().contains("sluice-health")) {
                  well.incrementAndGet();
                }
                wire.send(Origin.response("ok"));
              }
            })) {
      String check = "'HealthCheck':{'Interval':'100ms','Timeout':'2s','Unhealthy':1,'Healthy':1}";
      route("{" + check + "}", origin);
      Awaitility.await().until(() -> well.get() > 1);

      gateway.backend("b", "{'ProxyProtocol':'PROXY_V1'," + check + "}");
      Awaitility.await()
          .until(
              () -> gateway.gateway().status().table().backend("b").settings().proxyVersion() == 1);
      wantsHeader.set(true);
      well.set(0);

      Awaitility.await().until(() -> well.get() > 3);
      assertThat(gateway.meter("sluice_endpoints_down")).isZero();
    }
  }

  @Test
  void aServerThatWasNeverCheckedGetsNothingWhileOthersAreWell() {
    try (Origin good = Origin.named("good");
        Origin sick =
            Origin.scripted(
                wire -> {
                  while (wire.message() != null) {
                    await(release);
                    wire.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                  }
                })) {
      route("{'HealthCheck':{'Interval':'1s','Timeout':'20s'}}", good);
      Awaitility.await().until(() -> gateway.meter("sluice_endpoints_ready") == 1);

      gateway.server("b", "s1", sick.port()).awaitRoute("f", "b", sick);

      assertThat(gateway.meter("sluice_endpoints_unchecked")).isEqualTo(1);
      for (int i = 0; i < 20; i++) {
        try (Wire client = ask("/" + i)) {
          assertThat(client.message().body()).startsWith("good");
        }
      }
    }
  }

  @Test
  void aListenerThatIsRenamedAndWidenedRefusesNobodyAndCutsNobody() throws Exception {
    Origin origin = Origin.named("here");
    try (Etcd etcd = Etcd.start();
        Client store = Client.builder().endpoints(etcd.url()).build();
        TestGateway gateway = TestGateway.onEtcd(etcd, null)) {
      int shared = FreePort.next();
      gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)");
      gateway.put("listeners/one", listener("127.0.0.1:" + shared)).awaitServing(shared);
      gateway.awaitStatus(shared, "/", 200);
      try (Wire kept = Wire.connect(shared)) {
        kept.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(kept.message().status()).isEqualTo(200);

        String wider = listener("0.0.0.0:" + shared).replace('\'', '"');
        store
            .getKVClient()
            .txn()
            .Then(
                Op.delete(text("/vulcand/listeners/one"), DeleteOption.DEFAULT),
                Op.put(text("/vulcand/listeners/two"), text(wider), PutOption.DEFAULT))
            .commit()
            .get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
        awaitTrue(() -> gateway.gateway().status().table().listenerAt("0.0.0.0:" + shared) != null);

        kept.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(kept.message().status()).isEqualTo(200);
      }
      assertThat(TestGateway.get(shared, "/").statusCode()).isEqualTo(200);
      assertThat(gateway.problems()).isEmpty();
    } finally {
      origin.close();
    }
  }

  private static ByteSequence text(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static void awaitTrue(BooleanSupplier condition) {
    Awaitility.await().until(condition::getAsBoolean);
  }

  private static String listener(String address) {
    return "{'Protocol':'http','Address':{'Address':'" + address + "'}}";
  }
}
