package io.sluice.gateway.wire;

import io.sluice.gateway.memory.Bounded;
import java.util.ArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deadlines of one event loop, in buckets of one tick each.
 *
 * <p>Made for deadlines that are moved with every read and hardly ever met: moving one later or
 * cancelling it only writes a field, and the bucket it stands in puts it right when its time comes.
 * A deadline is met at most one tick late, never early. Event loop only.
 */
public final class DeadlineWheel {
  private static final Logger LOG = LoggerFactory.getLogger(DeadlineWheel.class);
  private static final int BUCKETS = 512;
  private static final long NEVER = Long.MAX_VALUE;

  /** Longer than any process runs. */
  private static final long FOR_EVER = Long.MAX_VALUE / 4;

  /** One thing that may take too long. Owned by the connection that it watches. */
  public final class Deadline {
    private final Runnable action;
    private long at = NEVER;
    private long bucketTick;
    private boolean linked;
    private @Nullable Deadline next;
    private @Nullable Deadline previous;

    private Deadline(Runnable action) {
      this.action = action;
    }

    /** Sets it to so many nanoseconds from now, whatever it was set to; returns now. */
    public long in(long nanos) {
      long clocked = clock.getAsLong();
      long now = clocked - origin;
      at = nanos > FOR_EVER ? NEVER - 1 : now + nanos;
      long tick = tickOf(at);
      if (!linked) {
        link(this, tick);
      } else if (tick < bucketTick) {
        unlink(this);
        link(this, tick);
      }
      return clocked;
    }

    /** Moves it so many nanoseconds towards now, as if it had been set to less. */
    public void shorten(long nanos) {
      if (at != NEVER) {
        in(at - (clock.getAsLong() - origin) - nanos);
      }
    }

    public void cancel() {
      at = NEVER;
    }

    /** Takes it out for good; for connections that are closed. */
    public void remove() {
      at = NEVER;
      if (linked) {
        unlink(this);
      }
    }
  }

  private final @Nullable Deadline[] buckets = new Deadline[BUCKETS];

  @Bounded("by the deadlines of the loop's connections")
  private final ArrayList<Deadline> due = new ArrayList<>();

  private final long tickNanos;
  private final LongSupplier clock;
  private final long origin;
  private long passedTick;

  /**
   * @param tickNanos the length of a tick
   * @param clock nanoseconds of a clock that never goes back
   */
  public DeadlineWheel(long tickNanos, LongSupplier clock) {
    this.tickNanos = tickNanos;
    this.clock = clock;
    this.origin = clock.getAsLong();
  }

  /** Nanoseconds of the wheel's clock. */
  public long now() {
    return clock.getAsLong();
  }

  /** A deadline that is not set yet; the action runs on the event loop when it is met. */
  public Deadline deadline(Runnable action) {
    return new Deadline(action);
  }

  /** Meets the deadlines that are due. Called once a tick, or later. */
  public void advance() {
    long now = clock.getAsLong() - origin;
    long nowTick = now / tickNanos;
    long from = Math.max(passedTick + 1, nowTick - BUCKETS + 1);
    for (long tick = from; tick <= nowTick; tick++) {
      passedTick = tick;
      expire(tick, now);
    }
  }

  /**
   * Takes the whole bucket out first: an action may set, move or remove any deadline, also one of
   * the same bucket.
   */
  private void expire(long tick, long now) {
    int index = (int) (tick % BUCKETS);
    for (Deadline deadline = buckets[index]; deadline != null; ) {
      Deadline following = deadline.next;
      deadline.next = null;
      deadline.previous = null;
      deadline.linked = false;
      due.add(deadline);
      deadline = following;
    }
    buckets[index] = null;
    for (int i = 0; i < due.size(); i++) {
      Deadline deadline = due.get(i);
      if (deadline.at <= now) {
        deadline.at = NEVER;
        run(deadline.action);
      } else if (deadline.at != NEVER && !deadline.linked) {
        link(deadline, tickOf(deadline.at));
      }
    }
    due.clear();
  }

  /** One action that fails must not take the loop's other deadlines with it. */
  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error failed) {
      LOG.error("a deadline's action failed", failed);
    }
  }

  /** The first tick after {@code at}. */
  private long tickOf(long at) {
    return Math.max(at / tickNanos + 1, passedTick + 1);
  }

  private void link(Deadline deadline, long tick) {
    // Past the horizon it waits in the last bucket and is put right from there.
    deadline.bucketTick = Math.min(tick, passedTick + BUCKETS - 1);
    int index = (int) (deadline.bucketTick % BUCKETS);
    Deadline head = buckets[index];
    deadline.next = head;
    deadline.previous = null;
    if (head != null) {
      head.previous = deadline;
    }
    buckets[index] = deadline;
    deadline.linked = true;
  }

  private void unlink(Deadline deadline) {
    Deadline before = deadline.previous;
    Deadline after = deadline.next;
    if (before != null) {
      before.next = after;
    } else {
      buckets[(int) (deadline.bucketTick % BUCKETS)] = after;
    }
    if (after != null) {
      after.previous = before;
    }
    deadline.next = null;
    deadline.previous = null;
    deadline.linked = false;
  }
}
