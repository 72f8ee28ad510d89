package io.sluice.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConductTest {
  private long now;
  private final Conduct conduct = new Conduct(200, () -> now);

  @Test
  void moreResetsThanAreForgivenEndTheConnection() {
    for (int i = 0; i < 200; i++) {
      assertThat(conduct.forgivesReset()).isTrue();
    }

    assertThat(conduct.forgivesReset()).isFalse();
  }

  @Test
  void aClientThatCancelsAThirdOfItsRequestsIsLeftAlone() {
    for (int i = 0; i < 100_000; i++) {
      conduct.endedWell();
      conduct.endedWell();
      assertThat(conduct.forgivesReset()).isTrue();
    }
  }

  @Test
  void whatLiesHalfAMinuteBackIsForgotten() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(conduct.forgivesReset()).isTrue();
      now += TimeUnit.MILLISECONDS.toNanos(151);
    }
  }
}
