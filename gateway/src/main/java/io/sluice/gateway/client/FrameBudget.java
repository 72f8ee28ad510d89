package io.sluice.gateway.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many frames that carry no request a client may send: a flood of PING, SETTINGS, PRIORITY,
 * WINDOW_UPDATE or unknown frames costs a peer nothing and the gateway an answer each (RFC 9113
 * section 10.5).
 *
 * <p>A window of time with a number of frames; every frame of a response that was sent allows some
 * more, because a client returns its window for them. Owned by one connection.
 */
final class FrameBudget {
  private static final int FREE = 1_000;
  private static final int FOR_DATA = 4;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier clock;
  private int spent;
  private long began;

  FrameBudget(LongSupplier clock) {
    this.clock = clock;
    this.began = clock.getAsLong();
  }

  /** Takes one frame; false when the client has sent too many. */
  boolean take() {
    if (++spent <= FREE) {
      return true;
    }
    long now = clock.getAsLong();
    if (now - began < WINDOW_NANOS) {
      return false;
    }
    began = now;
    spent = 1;
    return true;
  }

  /** A frame of a body was sent. */
  void sent() {
    spent = Math.max(spent - FOR_DATA, -FREE);
  }
}
