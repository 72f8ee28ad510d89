package io.sluice.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How fast a body has to come, in virtual time. */
class BodyPaceTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final BodyPace pace = new BodyPace(100, clock::get);

  private void seconds(long count) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(count));
  }

  @Test
  void aClientHasItsFirstSecondsWhateverItSends() {
    pace.begin();
    seconds(5);

    assertThat(pace.isTooSlow()).isFalse();
  }

  @Test
  void afterwardsItHasToKeepThePaceOnAverage() {
    pace.begin();
    pace.received(600);
    seconds(6);
    assertThat(pace.isTooSlow()).isFalse();

    seconds(1);
    assertThat(pace.isTooSlow()).isTrue();
    pace.received(100);
    assertThat(pace.isTooSlow()).isFalse();
  }

  @Test
  void timeInWhichTheGatewayDoesNotReadIsNotTheClients() {
    pace.begin();
    seconds(5);
    pace.received(500);
    pace.paused(true);
    seconds(3_600);
    assertThat(pace.isTooSlow()).isFalse();
    pace.paused(false);

    assertThat(pace.isTooSlow()).isFalse();
    seconds(1);
    assertThat(pace.isTooSlow()).isTrue();
  }

  @Test
  void noPaceIsNoLimit() {
    BodyPace any = new BodyPace(0, clock::get);
    any.begin();
    seconds(86_400);

    assertThat(any.isTooSlow()).isFalse();
  }
}
