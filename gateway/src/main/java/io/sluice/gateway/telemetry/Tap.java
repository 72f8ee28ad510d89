package io.sluice.gateway.telemetry;

import io.sluice.gateway.memory.Bounded;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * One who looks on: the exchanges that he asked for, as lines of JSON. What he does not take in
 * time is dropped and counted, so that he never holds up anybody.
 */
public final class Tap implements AutoCloseable {
  private static final int PLACES = 1_024;

  private final Taps taps;
  private final Predicate<AccessEntry> where;
  private final double share;

  @Bounded("its places, and few who look on")
  private final ArrayBlockingQueue<String> lines = new ArrayBlockingQueue<>(PLACES);

  private final LongAdder dropped = new LongAdder();
  private final SplittableRandom chance = new SplittableRandom();

  Tap(Taps taps, Predicate<AccessEntry> where, double share) {
    this.taps = taps;
    this.where = where;
    this.share = share;
  }

  /** The one thread that writes the log. */
  void see(AccessEntry entry) {
    if (!where.test(entry) || (share < 1 && chance.nextDouble() >= share)) {
      return;
    }
    StringBuilder line = new StringBuilder();
    entry.appendTo(line);
    if (!lines.offer(line.toString())) {
      dropped.increment();
    }
  }

  /** What there is, at most so many lines, each with its end. Any thread. */
  public List<String> take(int most) {
    List<String> taken = new ArrayList<>();
    lines.drainTo(taken, most);
    return taken;
  }

  /** How many lines were not taken in time. */
  public long dropped() {
    return dropped.sum();
  }

  /** Nothing more is kept for him. */
  @Override
  public void close() {
    taps.close(this);
    lines.clear();
  }
}
