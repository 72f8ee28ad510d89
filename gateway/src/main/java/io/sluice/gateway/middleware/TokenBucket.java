package io.sluice.gateway.middleware;

import io.sluice.gateway.memory.Bounded;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * For each rate of a source the time at which it would have all its tokens again, in nanoseconds.
 * Any thread.
 */
final class TokenBucket {
  private static final VarHandle TIMES;

  @Bounded("one for each rate, of which there are at most eight")
  private volatile long[] times;

  static {
    try {
      TIMES = MethodHandles.lookup().findVarHandle(TokenBucket.class, "times", long[].class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  TokenBucket(int rates) {
    times = new long[rates];
  }

  /** Not to be changed. */
  long[] times() {
    return times;
  }

  boolean replace(long[] before, long[] after) {
    return TIMES.compareAndSet(this, before, after);
  }
}
