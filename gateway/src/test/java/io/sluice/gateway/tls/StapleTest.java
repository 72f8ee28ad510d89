package io.sluice.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StapleTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Staple FOR_A_DAY =
      new Staple(new byte[] {1}, false, NOW.plus(Duration.ofDays(1)));

  @Test
  void itIsShownUntilTheMomentWhenItEnds() {
    assertThat(FOR_A_DAY.holdsAt(NOW.plus(Duration.ofDays(1)).minusNanos(1))).isTrue();
    assertThat(FOR_A_DAY.holdsAt(NOW.plus(Duration.ofDays(1)))).isFalse();
  }

  @Test
  void theNextIsAskedForHalfWayThroughOrWhenTheOperatorWants() {
    assertThat(FOR_A_DAY.refreshAfter(NOW, Duration.ofDays(7))).isEqualTo(Duration.ofHours(12));
    assertThat(FOR_A_DAY.refreshAfter(NOW, Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
    assertThat(FOR_A_DAY.refreshAfter(NOW.plus(Duration.ofHours(20)), Duration.ofDays(7)))
        .isEqualTo(Duration.ofHours(2));
  }
}
