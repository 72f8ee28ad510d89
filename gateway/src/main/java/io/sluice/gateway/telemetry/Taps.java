package io.sluice.gateway.telemetry;

import io.sluice.gateway.memory.Bounded;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who looks at exchanges as they end, besides the log. Any thread. */
public final class Taps {
  private static final int MOST = 16;

  @Bounded("MOST")
  private final List<Tap> open = new CopyOnWriteArrayList<>();

  private final Runnable whenFirst;

  /**
   * @param whenFirst from now on there may be one
   */
  Taps(Runnable whenFirst) {
    this.whenFirst = whenFirst;
  }

  /**
   * Opens one.
   *
   * @param share of what he asks for that he gets, from 0 to 1
   * @return null where there are too many already
   */
  public synchronized @Nullable Tap open(Predicate<AccessEntry> where, double share) {
    if (open.size() >= MOST) {
      return null;
    }
    whenFirst.run();
    Tap tap = new Tap(this, where, share);
    open.add(tap);
    return tap;
  }

  synchronized void close(Tap tap) {
    open.remove(tap);
  }

  /** How many look on. */
  public int count() {
    return open.size();
  }

  boolean any() {
    return !open.isEmpty();
  }

  /** The one thread that writes the log. */
  void see(AccessEntry entry) {
    for (Tap tap : open) {
      tap.see(entry);
    }
  }
}
