package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Interim responses are bounded by their bytes and rate, never by their number. */
class InterimBudgetTest {
  private final InterimBudget budget = new InterimBudget();
  private final ResponseHead head = new ResponseHead().set(102, Framing.NONE);
  private long now = -1;

  @Test
  void signsOfLifeOverDaysAreNoFault() {
    budget.begin();
    for (int i = 0; i < 100_000; i++) {
      now += TimeUnit.SECONDS.toNanos(10);
      budget.take(head, now);
    }
  }

  @Test
  void aFewHundredAtOnceAreNoFault() {
    budget.begin();
    for (int i = 0; i < 500; i++) {
      budget.take(head, now);
    }
  }

  @Test
  void aStreamOfNothingElseEnds() {
    budget.begin();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                budget.take(head, now);
              }
            })
        .isInstanceOf(ProxyError.class);
  }

  @Test
  void largeOnesAreFewer() {
    head.fields().add("Link", "x".repeat(8_000));
    budget.begin();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 40; i++) {
                budget.take(head, now);
              }
            })
        .isInstanceOf(ProxyError.class);
  }
}
