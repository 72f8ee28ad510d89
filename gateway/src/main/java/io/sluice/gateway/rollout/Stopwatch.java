package io.sluice.gateway.rollout;

import java.util.concurrent.TimeUnit;

/** Tells how long ago it was made. */
final class Stopwatch {
  private final long started = System.nanoTime();

  /** Whole seconds. */
  long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
  }
}
