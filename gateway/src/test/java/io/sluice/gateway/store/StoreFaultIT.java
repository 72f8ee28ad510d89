package io.sluice.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store dies, comes back, forgets its history or everything: traffic never stops, and what is
 * put afterwards is applied.
 */
class StoreFaultIT {
  @TempDir private Path state;
  private final int port = FreePort.next();
  private Etcd etcd;
  private TestGateway gateway;
  private Origin origin;

  @BeforeEach
  void start() {
    etcd = Etcd.start();
    origin = Origin.named("one");
    gateway = TestGateway.onEtcd(etcd, state);
    gateway.put(
        "listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    gateway
        .backend("b", origin)
        .frontend("f", "b", "Path(`/main`)")
        .awaitStatus(port, "/main", 200);
  }

  @AfterEach
  void stop() {
    gateway.close();
    etcd.close();
    origin.close();
  }

  @Test
  void aKillOfTheStoreStopsNoTrafficAndItsReturnBringsNewRoutes() {
    try (Load load = Load.start(16, port, "/main", answer -> answer.status() == 200)) {
      etcd.kill();
      Awaitility.await().until(() -> gateway.meter("sluice_store_connected") == 0);
      assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
      etcd.resume();
      gateway.frontend("after", "b", "Path(`/after`)").awaitStatus(port, "/after", 200);

      assertThat(gateway.meter("sluice_store_connected")).isEqualTo(1);
      assertThat(load.wrong()).isEmpty();
      assertThat(load.answers()).isPositive();
    }
  }

  @Test
  void aCompactionWhileTheStoreIsAwayIsNoticed() {
    try (Load load = Load.start(16, port, "/main", answer -> answer.status() == 200)) {
      gateway.frontend("goes", "b", "Path(`/goes`)").awaitStatus(port, "/goes", 200);
      etcd.kill();
      etcd.resume();
      gateway.remove("frontends/goes/frontend").frontend("comes", "b", "Path(`/comes`)");
      etcd.compact();

      gateway.awaitStatus(port, "/comes", 200).awaitStatus(port, "/goes", 404);
      assertThat(load.wrong()).isEmpty();
    }
  }

  @Test
  void aWipedStoreIsHeldBackUntilTheOperatorConfirms() throws Exception {
    try (Load load = Load.start(16, port, "/main", answer -> answer.status() == 200)) {
      etcd.kill();
      etcd.wipe();
      etcd.resume();
      Awaitility.await().until(() -> gateway.meter("sluice_store_held") == 1);
      gateway.frontend("new", "b", "Path(`/new`)");
      gateway.put(
          "listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
      gateway.backend("b", origin).frontend("f", "b", "Path(`/main`)");
      assertThat(TestGateway.get(port, "/new").statusCode()).isEqualTo(404);
      assertThat(gateway.admin("/status").body()).contains("\"held\":\"its revision went back");
      assertThat(accept("text/plain")).isEqualTo(415);

      assertThat(accept("application/json")).isEqualTo(202);

      gateway.awaitStatus(port, "/new", 200);
      gateway.frontend("newer", "b", "Path(`/newer`)").awaitStatus(port, "/newer", 200);
      assertThat(gateway.meter("sluice_store_held")).isZero();
      assertThat(accept("application/json")).isEqualTo(409);
      assertThat(load.wrong()).isEmpty();
    }
  }

  @Test
  void aGatewayThatStartsWithoutItsStoreServesTheLastGoodTree() {
    Path kept = state.resolve("last-good-tree");
    Awaitility.await().until(() -> kept.toFile().exists());
    gateway.frontend("late", "b", "Path(`/late`)").awaitStatus(port, "/late", 200);
    long size = kept.toFile().length();
    Awaitility.await().until(() -> kept.toFile().length() != size);
    gateway.close();
    etcd.kill();

    gateway = TestGateway.onEtcd(etcd, state);

    gateway.awaitStatus(port, "/main", 200).awaitStatus(port, "/late", 200);
    assertThat(gateway.admin("/readyz").body())
        .contains("\"source\":\"disk\"", "\"store_connected\":false");
    etcd.resume();
    gateway.frontend("after", "b", "Path(`/after`)").awaitStatus(port, "/after", 200);
    // A table serves before all that follows it is in line, which is when it is said.
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(gateway.admin("/readyz").body())
                    .contains("\"source\":\"etcd\"", "\"store_connected\":true"));
  }

  @Test
  void aGatewayWithoutStoreAndWithoutTreeIsAliveAndNotReady(@TempDir Path nothing) {
    gateway.close();
    etcd.kill();

    gateway = TestGateway.onEtcd(etcd, nothing);

    assertThat(gateway.admin("/healthz").statusCode()).isEqualTo(200);
    assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(503);
    etcd.resume();
    gateway.awaitStatus(port, "/main", 200);
    assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void aThousandServersOutliveAnOutageThatTheirLeasesDoNot() throws Exception {
    int servers = 1_000;
    try (EtcdStore service = new EtcdStore(TestGateway.inClear(etcd))) {
      register(service, servers);
      gateway.remove("backends/b/servers/s0");
      awaitServers(servers);
      try (Load load = Load.start(4, port, "/main", answer -> answer.status() == 200)) {
        etcd.kill();
        Awaitility.await().until(() -> gateway.meter("sluice_store_connected") == 0);
        etcd.resume();
        Awaitility.await().until(() -> etcd.under("/vulcand/backends/b/servers/").isEmpty());
        // What comes after the leases have ended has been seen with their end.
        gateway.frontend("after", "b", "Path(`/after`)").awaitStatus(port, "/after", 200);

        awaitServers(servers);
        assertThat(gateway.gateway().status().source().unconfirmed()).hasSize(servers);
        assertThat(gateway.problems().toString()).contains("until they had time to register again");
        Sluice shown = Sluice.run(etcd, "servers", "b", "--output", "json");
        assertThat(shown.succeeds().out()).contains("\"unconfirmed\" : true", "READY");

        try (EtcdStore again = new EtcdStore(TestGateway.inClear(etcd))) {
          register(again, servers / 2);
        }
        Awaitility.await()
            .until(() -> gateway.gateway().status().source().unconfirmed().size() == servers / 2);
        awaitServers(servers);
        assertThat(load.wrong()).isEmpty();
      }
    }
  }

  /** Servers that hang on a lease which nobody renews. */
  private void register(EtcdStore service, int count) throws Exception {
    long lease = service.renewLease(Duration.ofSeconds(10));
    for (int from = 0; from < count; from += 100) {
      List<EtcdStore.Change> puts = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        puts.add(
            new EtcdStore.Change(
                "backends/b/servers/leased" + i,
                "{\"URL\":\"" + origin.url() + "\"}",
                EtcdStore.Change.ANY,
                lease));
      }
      service.commit(puts);
    }
  }

  private void awaitServers(int count) {
    Awaitility.await()
        .until(
            () -> gateway.gateway().status().table().config().servers().get("b").size() == count);
  }

  @Test
  void aBadValueInTheStoreAffectsNothingElse() {
    gateway
        .put("frontends/broken/frontend", "{")
        .put("frontends/f/frontend", "not json")
        .put("backends/b/servers/broken", "{'URL':'nope'}");
    gateway.frontend("good", "b", "Path(`/good`)").awaitStatus(port, "/good", 200);

    assertThat(TestGateway.get(port, "/main").statusCode()).isEqualTo(200);
    assertThat(gateway.problems()).hasSize(3);
    assertThat(gateway.admin("/status").body())
        .contains(
            "\"where\":\"backends/b/servers/broken"
                + " URL\",\"found\":\"\\\"nope\\\"\",\"expected\":\"http://host:port");
  }

  private int accept(String type) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/store/accept"))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    return TestGateway.HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }
}
