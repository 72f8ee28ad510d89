package io.sluice.gateway.control;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the last good tree to disk on a thread of its own, so that no change waits for a disk.
 *
 * <p>Latest wins. Between two writings it rests, the longer the longer the last one took, so that
 * changes without end to a tree of any size leave the disk and the processor free.
 */
final class StateKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(StateKeeper.class);

  /** How much longer it rests than it works. */
  private static final int RESTS = 20;

  private static final long STOP_MILLIS = 5_000;

  private final StateFile file;
  private final long restNanos;
  private final Thread thread = Thread.ofPlatform().name("state").daemon().unstarted(this::run);
  private @Nullable LastGood latest;
  private boolean stopping;

  /**
   * @param rest how long it rests at least
   */
  StateKeeper(StateFile file, Duration rest) {
    this.file = file;
    this.restNanos = rest.toNanos();
    thread.start();
  }

  /** Writes this tree soon, unless there is a later one by then. Any thread. */
  synchronized void keep(LastGood tree) {
    latest = tree;
    notifyAll();
  }

  private void run() {
    try {
      for (LastGood tree = next(); tree != null; tree = next()) {
        long began = System.nanoTime();
        save(tree);
        rest(Math.max(restNanos, RESTS * (System.nanoTime() - began)));
      }
    } catch (InterruptedException nobodyInterrupts) {
      LOG.error("the last good tree is not kept any more", nobodyInterrupts);
    }
  }

  /** Waits for a tree; null when there will be no more. */
  private synchronized @Nullable LastGood next() throws InterruptedException {
    while (latest == null && !stopping) {
      wait();
    }
    LastGood tree = latest;
    latest = null;
    return tree;
  }

  private synchronized void rest(long nanos) throws InterruptedException {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !stopping; left = until - System.nanoTime()) {
      wait(left / 1_000_000 + 1);
    }
  }

  private void save(LastGood tree) {
    try {
      file.save(tree);
    } catch (IOException | RuntimeException | Error failed) {
      LOG.error("the last good tree could not be saved: {}", failed.toString());
      again(tree);
    }
  }

  private synchronized void again(LastGood tree) {
    if (latest == null && !stopping) {
      latest = tree;
    }
  }

  /** Ends the thread; the last tree is then on disk, unless that is too slow to wait for. */
  void stop() throws InterruptedException {
    synchronized (this) {
      stopping = true;
      notifyAll();
    }
    thread.join(STOP_MILLIS);
  }
}
