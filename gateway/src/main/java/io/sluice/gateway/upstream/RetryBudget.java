package io.sluice.gateway.upstream;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many retries a backend may cause: a share of its requests and a few each second, so that
 * retries never make an overload worse. Shared by all event loops; lives as long as its backend.
 */
public final class RetryBudget {
  private static final long RETRY = 100;
  private static final long MOST = 100 * RETRY;
  private static final long PER_SECOND = 3 * RETRY;
  private static final long SECOND_NANOS = 1_000_000_000;

  private final long forRequest;
  private final LongSupplier clock;
  private final AtomicLong left = new AtomicLong(10 * RETRY);
  private final AtomicLong refilled;

  /**
   * @param percent retries for a hundred requests
   * @param clock nanoseconds of a clock that never goes back
   */
  public RetryBudget(int percent, LongSupplier clock) {
    this.forRequest = percent;
    this.clock = clock;
    this.refilled = new AtomicLong(clock.getAsLong());
  }

  /** A request began, which allows a part of a retry. */
  public void requestBegan() {
    if (left.get() < MOST) {
      left.addAndGet(forRequest);
    }
  }

  /** Takes a retry; false when there is none left. */
  public boolean take() {
    refill();
    if (left.addAndGet(-RETRY) >= 0) {
      return true;
    }
    left.addAndGet(RETRY);
    return false;
  }

  private void refill() {
    long now = clock.getAsLong();
    long last = refilled.get();
    if (now - last >= SECOND_NANOS && refilled.compareAndSet(last, now) && left.get() < MOST) {
      left.addAndGet(Math.min(PER_SECOND, MOST));
    }
  }
}
