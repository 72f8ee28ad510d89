package io.sluice.gateway.upstream;

import io.sluice.gateway.memory.Bounded;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many exchanges a backend has under way, and who waits for a place. Shared by all event loops;
 * lives as long as its backend, whatever its limits become.
 *
 * <p>A place that becomes free goes to the one that has waited longest. Whoever has given up is
 * passed over.
 */
public final class Admission {
  /** One who wants a place; {@link #admitted} is called on any thread. */
  public interface Guest {
    /** The place is the guest's; false when the guest has given up, so the next one gets it. */
    boolean admitted();
  }

  @Bounded("by the queue's length that the backend allows")
  private final ConcurrentLinkedQueue<Guest> queue = new ConcurrentLinkedQueue<>();

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile int limit;

  /** What becomes of a guest at the door. */
  public enum Answer {
    ENTER,
    WAIT,
    FULL
  }

  /**
   * Counts one in where places are not limited by the backend.
   *
   * @param most how many the gateway allows it just now
   * @return false when it has as many, and this one is not counted
   */
  public boolean begin(int most) {
    if (inside.incrementAndGet() > most) {
      inside.decrementAndGet();
      return false;
    }
    return true;
  }

  /**
   * Asks for a place.
   *
   * @param places how many there are; 0 for no limit
   * @param seats how many may wait
   */
  public Answer enter(Guest guest, int places, int seats) {
    limit = places;
    if (places == 0 || tryEnter(places)) {
      if (places == 0) {
        inside.incrementAndGet();
      }
      return Answer.ENTER;
    }
    if (waiting.incrementAndGet() > seats) {
      waiting.decrementAndGet();
      return Answer.FULL;
    }
    queue.add(guest);
    // A place may have become free between the two looks.
    if (inside.get() < places) {
      admitNext(places);
    }
    return Answer.WAIT;
  }

  /** A guest that waited does not want its place any more. */
  public void gaveUp(Guest guest) {
    if (queue.remove(guest)) {
      waiting.decrementAndGet();
    }
  }

  /**
   * A guest leaves.
   *
   * @param places how many there were when it came, 0 for no limit; those who came later may have
   *     other limits
   */
  public void leave(int places) {
    inside.decrementAndGet();
    if (waiting.get() > 0) {
      admitNext(places == 0 ? limit : places);
    }
  }

  private void admitNext(int places) {
    while (waiting.get() > 0 && (places == 0 || tryEnter(places))) {
      if (places == 0) {
        inside.incrementAndGet();
      }
      Guest next = queue.poll();
      if (next == null) {
        inside.decrementAndGet();
        return;
      }
      waiting.decrementAndGet();
      if (next.admitted()) {
        continue;
      }
      inside.decrementAndGet();
    }
  }

  private boolean tryEnter(int places) {
    int now = inside.get();
    while (now < places) {
      if (inside.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inside.get();
    }
    return false;
  }

  public int inside() {
    return inside.get();
  }

  public int waiting() {
    return waiting.get();
  }
}
