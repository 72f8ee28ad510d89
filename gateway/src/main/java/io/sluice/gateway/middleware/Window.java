package io.sluice.gateway.middleware;

import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.predicate.Judgement;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What was answered in the last ten seconds, a second at a time. Its memory is taken when the first
 * answer comes, and is 30 KiB then. Any thread.
 */
final class Window implements Judgement.Measures {
  private static final int SECONDS = 10;
  private static final int STATUSES = 600;

  /** Latencies of so many parts of a power of two are told apart: to 6 %. */
  private static final int PARTS = 16;

  private static final int LATENCIES = 32 * PARTS;
  private static final int UNIT_BITS = 10;

  private static final class Second {
    @Bounded("by the statuses that there are")
    private final int[] statuses = new int[STATUSES];

    @Bounded("by what is told apart")
    private final int[] latencies = new int[LATENCIES];

    private long number = -1;

    void begin(long second) {
      if (number != second) {
        Arrays.fill(statuses, 0);
        Arrays.fill(latencies, 0);
        number = second;
      }
    }
  }

  @Bounded("by the seconds that are looked back")
  private final Second[] seconds = new Second[SECONDS];

  private long now;

  synchronized void add(int status, long latencyNanos, long nanos) {
    now = TimeUnit.NANOSECONDS.toSeconds(nanos);
    int at = Math.floorMod(now, SECONDS);
    if (seconds[at] == null) {
      seconds[at] = new Second();
    }
    seconds[at].begin(now);
    seconds[at].statuses[Math.min(status, STATUSES - 1)]++;
    seconds[at].latencies[index(latencyNanos)]++;
  }

  synchronized void clear() {
    Arrays.fill(seconds, null);
  }

  private static int index(long nanos) {
    long units = Math.max(1, nanos >>> UNIT_BITS);
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(units);
    long part = power == 0 ? 0 : ((units << 4) >>> power) & (PARTS - 1);
    return (int) Math.min(LATENCIES - 1, (long) power * PARTS + part);
  }

  private static double millis(int index) {
    double units = Math.scalb(1 + (index % PARTS + 0.5) / PARTS, index / PARTS);
    return units * (1 << UNIT_BITS) / 1e6;
  }

  private boolean isOver(Second second) {
    return second == null || now - second.number >= SECONDS;
  }

  private long count(int from, int to) {
    long sum = 0;
    for (Second second : seconds) {
      for (int i = Math.max(0, from); !isOver(second) && i < Math.min(to, STATUSES); i++) {
        sum += second.statuses[i];
      }
    }
    return sum;
  }

  /** How many answers there were. */
  synchronized long answers() {
    return count(0, STATUSES);
  }

  @Override
  public synchronized double responseCodeRatio(int from, int to, int ofFrom, int ofTo) {
    long of = count(ofFrom, ofTo);
    return of == 0 ? 0 : (double) count(from, to) / of;
  }

  @Override
  public synchronized double latencyAtQuantile(double percent) {
    double left = answers() * percent / 100;
    for (int i = 0; i < LATENCIES; i++) {
      for (Second second : seconds) {
        left -= isOver(second) ? 0 : second.latencies[i];
      }
      if (left <= 0) {
        return answers() == 0 ? 0 : millis(i);
      }
    }
    return 0;
  }

  /** A breaker looks at few answers as it does at many; how few it may be is its own to say. */
  @Override
  public long requests() {
    return Long.MAX_VALUE;
  }
}
