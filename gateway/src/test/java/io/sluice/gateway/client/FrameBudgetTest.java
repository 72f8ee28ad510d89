package io.sluice.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How many frames without a request a client may send, in virtual time. */
class FrameBudgetTest {
  private final AtomicLong clock = new AtomicLong();
  private final FrameBudget budget = new FrameBudget(clock::get);

  private int taken(int most) {
    int taken = 0;
    while (taken < most && budget.take()) {
      taken++;
    }
    return taken;
  }

  @Test
  void aFloodEndsAndAFewFramesNowAndThenDoNot() {
    assertThat(taken(10_000)).isEqualTo(1_000);

    clock.addAndGet(TimeUnit.SECONDS.toNanos(10));
    for (int i = 0; i < 100; i++) {
      assertThat(taken(900)).isEqualTo(900);
      clock.addAndGet(TimeUnit.SECONDS.toNanos(10));
      assertThat(taken(101)).isEqualTo(101);
    }
  }

  @Test
  void whoReadsMuchMayReturnItsWindow() {
    for (int i = 0; i < 100_000; i++) {
      budget.sent();
      assertThat(budget.take()).isTrue();
      assertThat(budget.take()).isTrue();
    }
  }
}
