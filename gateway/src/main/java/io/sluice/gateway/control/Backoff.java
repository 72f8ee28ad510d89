package io.sluice.gateway.control;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Pauses that double with every failure, each of them half a matter of chance. */
final class Backoff {
  private static final long FIRST_MILLIS = 100;
  private static final long LONGEST_MILLIS = 5_000;

  private long millis = FIRST_MILLIS;

  /** How long to pause after one more failure. */
  long nextNanos() {
    long jittered = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    millis = Math.min(LONGEST_MILLIS, millis * 2);
    return TimeUnit.MILLISECONDS.toNanos(jittered);
  }

  /** What failed is well again. */
  void reset() {
    millis = FIRST_MILLIS;
  }
}
