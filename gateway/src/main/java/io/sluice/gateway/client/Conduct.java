package io.sluice.gateway.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Misbehaviour of a client against its good behaviour: streams that ended in a reset of its doing,
 * whoever wrote the reset and whichever frame provoked it, against streams that ended well. More
 * than a number of the first, beside as many as there were of the second, is an attack (the classes
 * of CVE-2023-44487 and CVE-2025-8671).
 *
 * <p>Both are forgotten after half a minute. Owned by one connection.
 */
final class Conduct {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final int free;
  private final LongSupplier clock;
  private long began;
  private long resets;
  private long endedWell;

  /**
   * @param free how many resets are forgiven in half a minute
   * @param clock nanoseconds of a clock that never goes back
   */
  Conduct(int free, LongSupplier clock) {
    this.free = free;
    this.clock = clock;
    this.began = clock.getAsLong();
  }

  /** A stream was answered whole. */
  void endedWell() {
    endedWell++;
  }

  /** A stream ended in a reset that the client provoked; false when it was one too many. */
  boolean forgivesReset() {
    long now = clock.getAsLong();
    if (now - began >= WINDOW_NANOS) {
      began = now;
      resets = 0;
      endedWell = 0;
    }
    return ++resets <= free + endedWell;
  }
}
