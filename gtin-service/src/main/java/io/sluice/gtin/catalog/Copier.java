package io.sluice.gtin.catalog;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a local copy up to date, on a thread of its own; where it cannot, ever more seldom. */
final class Copier {
  private static final Logger LOG = LoggerFactory.getLogger(Copier.class);
  private static final long LOOK_MILLIS = 500;
  private static final long MOST_PAUSE_SECONDS = 300;

  /** One step of a copy towards what it is a copy of. */
  interface Step {
    void follow() throws SQLException, IOException;
  }

  private final LocalCopy copy;
  private final Step step;
  private final LongSupplier version;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("catalogue-copy").daemon().factory());
  private int failedSteps;
  private long nextStep;

  /**
   * @param version that the catalogue is known to have; 0 while nothing is known of it
   */
  Copier(LocalCopy copy, Step step, LongSupplier version) {
    this.copy = copy;
    this.step = step;
    this.version = version;
    thread.scheduleWithFixedDelay(this::follow, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Something has changed. */
  void soon() {
    try {
      thread.execute(this::follow);
    } catch (RejectedExecutionException ended) {
      LOG.debug("followed no more", ended);
    }
  }

  private void follow() {
    long known = version.getAsLong();
    boolean early = failedSteps > 0 && System.nanoTime() - nextStep < 0;
    if (known == 0 || early || copy.isAt(known)) {
      return;
    }
    try {
      step.follow();
      failedSteps = 0;
    } catch (SQLException | IOException | RuntimeException failed) {
      long pause = Math.min(MOST_PAUSE_SECONDS, 1L << Math.min(failedSteps++, 10));
      nextStep = System.nanoTime() + TimeUnit.SECONDS.toNanos(pause);
      if (!thread.isShutdown()) {
        LOG.warn("the local copy does not follow the catalogue; again in {} s", pause, failed);
      }
    }
  }

  ScheduledExecutorService thread() {
    return thread;
  }
}
