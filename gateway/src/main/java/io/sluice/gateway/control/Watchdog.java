package io.sluice.gateway.control;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Finds out that a watch has gone silent: compares from time to time where the store stands with
 * what the watch has told. Control thread only.
 */
final class Watchdog {
  /** Events may be on their way, so that a difference is looked at twice. */
  private static final long SECOND_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long everyNanos;
  private long dueNanos;

  /** What the watch had told when it seemed to be behind. */
  private OptionalLong suspected = OptionalLong.empty();

  /** How the watch does. */
  enum Finding {
    /** The store and the tree agree. */
    AGREES,
    /** Not yet; looked at again very soon. */
    PERHAPS_LATE,
    /** It has missed something. */
    MISSED
  }

  Watchdog(Duration every) {
    this.everyNanos = every.toNanos();
    this.dueNanos = System.nanoTime() + everyNanos;
  }

  /** A new watch, of which nothing is suspected. */
  void begin() {
    suspected = OptionalLong.empty();
  }

  /** How long there is nothing to do; not positive when it is time to look. */
  long nanosLeft() {
    return dueNanos - System.nanoTime();
  }

  /** The next look, unless another one is due before. */
  void lookIn(long nanos) {
    dueNanos = System.nanoTime() + nanos;
  }

  /**
   * Compares; the next look is a period away, or soon where there is a difference.
   *
   * @param notInStore how many keys of the tree are kept though the store has them no longer
   */
  Finding compare(EtcdClient.Position store, Snapshot followed, int notInStore) {
    lookIn(everyNanos);
    long revision = followed.tree().revision();
    boolean sameStore =
        store.clusterId() == followed.clusterId() && store.headerRevision() >= revision;
    boolean sameKeys =
        store.newestRevision() <= revision && store.count() == followed.tree().size() - notInStore;
    if (sameStore && sameKeys) {
      suspected = OptionalLong.empty();
      return Finding.AGREES;
    }
    boolean moves = suspected.isPresent() && revision > suspected.getAsLong();
    if (sameStore && (suspected.isEmpty() || moves)) {
      suspected = OptionalLong.of(revision);
      lookIn(Math.min(everyNanos, SECOND_LOOK_NANOS));
      return Finding.PERHAPS_LATE;
    }
    return Finding.MISSED;
  }
}
