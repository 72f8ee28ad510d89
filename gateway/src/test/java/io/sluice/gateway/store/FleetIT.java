package io.sluice.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The fleet that commands wait for is the set of gateways alive, or somebody says who is missing.
 */
class FleetIT {

  private static String known(Etcd etcd) {
    return etcd.get("/vulcand/gateways/twin");
  }

  @Test
  void aNameIsOneGatewaysAndWhoeverHasItTooSaysSoUntilItIsFree() {
    try (Etcd etcd = Etcd.start();
        TestGateway second = twins(etcd)) {
      Awaitility.await().until(() -> known(etcd).contains(":" + second.adminPort() + "\""));
      Awaitility.await().until(() -> second.problems().isEmpty());
    }
  }

  /** Two of one name, of which the first leaves. */
  private static TestGateway twins(Etcd etcd) {
    TestGateway first = TestGateway.onEtcd("twin", etcd, null);
    try {
      String admin = ":" + first.adminPort() + "\"";
      Awaitility.await().until(() -> known(etcd).contains(admin));
      TestGateway second = TestGateway.onEtcd("twin", etcd, null);

      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(second.problems())
                      .singleElement()
                      .satisfies(
                          clash ->
                              assertThat(clash.toString())
                                  .contains("gateways/twin", ":" + first.adminPort(), "--id")));
      assertThat(known(etcd)).contains(admin);
      assertThat(first.problems()).isEmpty();
      return second;
    } finally {
      first.close();
    }
  }

  @Test
  void aListenerIsBoundByTheGatewaysThatItNames() {
    int port = FreePort.next();
    String address = "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}";
    try (Etcd etcd = Etcd.start();
        TestGateway here = TestGateway.onEtcd("eu-1", etcd, null);
        TestGateway there = TestGateway.onEtcd("us-1", etcd, null);
        Origin origin = Origin.named("one")) {
      here.put("listeners/eu", address + ",'Gateways':['eu-*']}");
      here.put("listeners/us", address + ",'Gateways':['us-9']}");
      here.backend("b", origin).frontend("f", "b", "Path(`/a`)");
      here.put(
          "frontends/far/frontend",
          "{'Type':'http','BackendId':'b','Route':'Path(`/far`)','Listeners':['us']}");

      here.awaitStatus(port, "/a", 200);

      Awaitility.await()
          .until(() -> there.gateway().status().table().frontends().containsKey("far"));
      assertThat(there.gateway().status().table().allListeners()).isEmpty();
      assertThat(there.problems()).isEmpty();
      assertThat(here.problems()).isEmpty();
      assertThat(there.admin("/readyz").statusCode()).isEqualTo(200);
      Sluice checked =
          Sluice.run(etcd, "upsert", "listener", "more", address + ",'Gateways':['ap-1']}");
      assertThat(checked.succeeds().err()).doesNotContain("error");
      Sluice clash = Sluice.run(etcd, "upsert", "listener", "clash", address + "}");
      assertThat(clash.status()).isEqualTo(1);
      assertThat(clash.err()).contains("which is listener clash's, expected another address");
    }
  }

  @Test
  void whatSomebodyElseWritesThereIsPutRight() {
    try (Etcd etcd = Etcd.start();
        TestGateway gateway = TestGateway.onEtcd("twin", etcd, null)) {
      String admin = ":" + gateway.adminPort() + "\"";
      Awaitility.await().until(() -> known(etcd).contains(admin));

      etcd.put("/vulcand/gateways/twin", "nonsense");

      Awaitility.await().until(() -> known(etcd).contains(admin));
      etcd.delete("/vulcand/gateways/twin");
      Awaitility.await().until(() -> known(etcd).contains(admin));
    }
  }
}
