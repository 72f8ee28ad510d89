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
  private volatile int places;
  private volatile int allowed = Integer.MAX_VALUE;

  /** What becomes of a guest at the door. */
  public enum Answer {
    ENTER,
    WAIT,
    FULL
  }

  /**
   * @param places how many there are; 0 for no limit
   */
  public Admission(int places) {
    this.places = places;
  }

  /** From now on there are so many places, 0 for no limit; who waits gets those that are free. */
  public void places(int now) {
    if (places != now) {
      places = now;
      admitNext();
    }
  }

  /**
   * Counts one in where places are not limited by the backend.
   *
   * @param most how many the gateway allows it just now
   * @return false when it has as many, and this one is not counted
   */
  public boolean begin(int most) {
    if (inside.incrementAndGet() > most) {
      leave();
      return false;
    }
    return true;
  }

  /**
   * Asks for a place. Who waits goes first.
   *
   * @param most how many the gateway allows the backend just now, whatever it says itself
   * @param seats how many may wait
   */
  public Answer enter(Guest guest, int most, int seats) {
    allowed = Math.max(1, most);
    if (waiting.get() == 0 && tryEnter(limit())) {
      return Answer.ENTER;
    }
    if (waiting.incrementAndGet() > seats) {
      waiting.decrementAndGet();
      return Answer.FULL;
    }
    queue.add(guest);
    // A place may have become free between the two looks.
    admitNext();
    return Answer.WAIT;
  }

  /** A guest that waited does not want its place any more. */
  public void gaveUp(Guest guest) {
    if (queue.remove(guest)) {
      waiting.decrementAndGet();
    }
  }

  /** One that was inside leaves. */
  public void leave() {
    inside.decrementAndGet();
    admitNext();
  }

  private int limit() {
    int written = places;
    return written == 0 ? allowed : Math.min(written, allowed);
  }

  private void admitNext() {
    while (waiting.get() > 0 && tryEnter(limit())) {
      Guest next = queue.poll();
      if (next == null) {
        // Whoever is about to queue looks again when it has; if it has looked just now, it found
        // this place taken.
        inside.decrementAndGet();
        if (queue.isEmpty()) {
          return;
        }
        continue;
      }
      waiting.decrementAndGet();
      if (!next.admitted()) {
        inside.decrementAndGet();
      }
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
