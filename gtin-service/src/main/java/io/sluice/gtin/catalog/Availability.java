package io.sluice.gtin.catalog;

import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the database can be used, and whether other processes have changed what is in it: looked
 * at every half second, and sooner where the database tells. Any thread may ask.
 */
final class Availability implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Availability.class);
  private static final long LOOK_MILLIS = 500;
  private static final long PAUSE_MILLIS = 1_000;

  private final ItemStore store;
  private final Runnable changed;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("catalogue-watch").daemon().factory());

  /** The version; where nothing is known of it, another number below 1 each time. */
  private final AtomicLong known = new AtomicLong();

  private final AtomicLong forgotten = new AtomicLong();
  private volatile boolean away;
  private volatile boolean closed;

  /**
   * @param away whether it is known to be away already
   * @param changed told when what is remembered of it may be old; a thread of its own
   */
  Availability(ItemStore store, boolean away, Runnable changed) {
    this.store = store;
    this.away = away;
    this.changed = changed;
  }

  void start() {
    watcher.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    if (store.isShared()) {
      Thread.ofPlatform().name("catalogue-listen").daemon().start(this::listen);
    }
  }

  /** Whether the database could not be used when it was last tried. */
  boolean isAway() {
    return away;
  }

  /** The version that the catalogue is known to have; 0 while nothing is known of it. */
  long version() {
    return away ? 0 : Math.max(0, known.get());
  }

  /**
   * This process has changed something: until the next look nothing is known, whatever one says
   * that began before.
   */
  void forget() {
    known.set(-forgotten.incrementAndGet());
  }

  /** The database could not answer; it is away if that is why. */
  void failed(SQLException failure) {
    if (!away && store.isAwayBecauseOf(failure)) {
      away = true;
      LOG.warn("the catalogue's database is away: {}", failure.getMessage());
    }
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    try {
      long before = known.get();
      long now = store.version();
      boolean back = away;
      if (back) {
        away = false;
        LOG.info("the catalogue's database is back");
      }
      // What was answered from the copy is not remembered for longer than it has to be.
      if (back || now != before) {
        known.compareAndSet(before, now);
        changed.run();
      }
    } catch (SQLException failure) {
      failed(failure);
    }
  }

  private void listen() {
    while (!closed) {
      try {
        store.hear(this::look, () -> !closed);
      } catch (SQLException deaf) {
        LOG.debug("nothing is heard of changes: {}", deaf.getMessage());
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    Threads.end(watcher);
  }
}
