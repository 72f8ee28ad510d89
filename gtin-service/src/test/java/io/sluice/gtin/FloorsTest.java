package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Floors;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FloorsTest {
  private final Floors floors =
      new Floors(
          "io.sluice.gtin",
          Map.of(
              "",
              4,
              "http",
              3,
              "registration",
              3,
              "catalog",
              2,
              "rows",
              1,
              "gtin",
              0,
              "telemetry",
              0));

  @Test
  void importsOnlyGoDown() {
    assertThat(floors.climbing()).isEmpty();
  }

  @Test
  void theNumberNeedsNothingButJava() {
    assertThat(
            floors.outside(
                Set.of("", "http", "registration", "catalog", "rows", "telemetry"),
                "io.vertx",
                "com.",
                "org.sqlite",
                "org.slf4j",
                "io.etcd"))
        .isEmpty();
  }

  @Test
  void librariesStayBehindTheirWalls() {
    assertThat(floors.outside(Set.of("registration"), "io.etcd")).isEmpty();
    assertThat(floors.outside(Set.of("catalog"), "java.sql", "org.sqlite")).isEmpty();
    assertThat(floors.outside(Set.of("", "http"), "io.vertx")).isEmpty();
  }
}
