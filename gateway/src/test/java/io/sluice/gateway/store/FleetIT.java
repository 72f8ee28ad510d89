package io.sluice.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The fleet that commands wait for is the set of gateways alive, or somebody says who is missing.
 */
class FleetIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static String known(Etcd etcd) {
    return etcd.ctl("get", "/vulcand/gateways/twin", "--print-value-only");
  }

  @Test
  void aNameIsOneGatewaysAndWhoeverHasItTooSaysSoUntilItIsFree() {
    try (Etcd etcd = Etcd.start();
        TestGateway second = twins(etcd)) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> known(etcd).contains(":" + second.adminPort() + "\""));
      Awaitility.await().atMost(PATIENCE).until(() -> second.problems().isEmpty());
    }
  }

  /** Two of one name, of which the first leaves. */
  private static TestGateway twins(Etcd etcd) {
    TestGateway first = TestGateway.onEtcd("twin", etcd, null);
    try {
      String admin = ":" + first.adminPort() + "\"";
      Awaitility.await().atMost(PATIENCE).until(() -> known(etcd).contains(admin));
      TestGateway second = TestGateway.onEtcd("twin", etcd, null);

      Awaitility.await()
          .atMost(PATIENCE)
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
  void whatSomebodyElseWritesThereIsPutRight() {
    try (Etcd etcd = Etcd.start();
        TestGateway gateway = TestGateway.onEtcd("twin", etcd, null)) {
      String admin = ":" + gateway.adminPort() + "\"";
      Awaitility.await().atMost(PATIENCE).until(() -> known(etcd).contains(admin));

      etcd.put("/vulcand/gateways/twin", "nonsense");

      Awaitility.await().atMost(PATIENCE).until(() -> known(etcd).contains(admin));
      etcd.delete("/vulcand/gateways/twin");
      Awaitility.await().atMost(PATIENCE).until(() -> known(etcd).contains(admin));
    }
  }
}
