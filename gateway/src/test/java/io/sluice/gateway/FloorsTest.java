package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Floors;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FloorsTest {
  private static final Map<String, Integer> FLOORS =
      Map.ofEntries(
          Map.entry("", 8),
          Map.entry("admin", 7),
          Map.entry("cli", 7),
          Map.entry("rollout", 6),
          Map.entry("acme", 6),
          Map.entry("fleet", 5),
          Map.entry("client", 5),
          Map.entry("exchange", 4),
          Map.entry("control", 4),
          Map.entry("table", 3),
          Map.entry("upstream", 2),
          Map.entry("middleware", 2),
          Map.entry("tls", 1),
          Map.entry("trace", 1),
          Map.entry("wire", 1),
          Map.entry("store", 2),
          Map.entry("config", 0),
          Map.entry("predicate", -1),
          Map.entry("route", -1),
          Map.entry("http", -1),
          Map.entry("telemetry", -1),
          Map.entry("memory", -2));

  private final Floors floors = new Floors("io.sluice.gateway", FLOORS);

  @Test
  void importsOnlyGoDown() {
    assertThat(floors.climbing()).isEmpty();
  }

  @Test
  void channelsStayOnTheDataPath() {
    assertThat(
            floors.outside(
                Set.of("", "client", "upstream", "wire", "tls"),
                "io.netty.channel",
                "io.netty.handler.codec",
                "io.netty.bootstrap"))
        .isEmpty();
  }

  @Test
  void etcdStaysInTheControlPlane() {
    assertThat(floors.outside(Set.of("control", "store"), "io.etcd", "io.grpc")).isEmpty();
  }

  @Test
  void eachOfTheseIsKnownInOnePlace() {
    assertThat(floors.outside(Set.of("trace"), "io.opentelemetry")).isEmpty();
    assertThat(floors.outside(Set.of("acme"), "org.shredzone.acme4j")).isEmpty();
  }

  @Test
  void jsonStaysWhereConfigurationIsReadAndStatusShown() {
    assertThat(
            floors.outside(
                Set.of("", "config", "admin", "fleet", "rollout", "cli"),
                "com.fasterxml.jackson",
                "io.vertx.core.json"))
        .isEmpty();
  }
}
