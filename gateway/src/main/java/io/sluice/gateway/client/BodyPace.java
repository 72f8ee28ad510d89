package io.sluice.gateway.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Does a request's body come fast enough? A client that sends a byte now and then holds a
 * connection, and a server, for next to nothing.
 *
 * <p>Time in which the gateway itself does not read is not the client's. Owned by one connection or
 * stream.
 */
final class BodyPace {
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int leastBytesPerSecond;
  private final LongSupplier clock;
  private long began;
  private long pausedAt;
  private long received;

  BodyPace(int leastBytesPerSecond, LongSupplier clock) {
    this.leastBytesPerSecond = leastBytesPerSecond;
    this.clock = clock;
    this.began = clock.getAsLong();
  }

  /** A body begins. */
  void begin() {
    began = clock.getAsLong();
    received = 0;
    pausedAt = 0;
  }

  void received(int bytes) {
    received += bytes;
  }

  /** The gateway stops reading, or goes on. */
  void paused(boolean paused) {
    long now = clock.getAsLong();
    if (paused && pausedAt == 0) {
      pausedAt = now;
    } else if (!paused && pausedAt != 0) {
      began += now - pausedAt;
      pausedAt = 0;
    }
  }

  boolean isTooSlow() {
    if (leastBytesPerSecond == 0 || pausedAt != 0) {
      return false;
    }
    long nanos = clock.getAsLong() - began;
    return nanos > GRACE_NANOS
        && received < (double) nanos / TimeUnit.SECONDS.toNanos(1) * leastBytesPerSecond;
  }
}
