package io.sluice.gtin.catalog;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** How threads end. */
final class Threads {
  private static final long STOP_SECONDS = 5;

  private Threads() {}

  /** Lets them finish what they do, if that takes no longer than a few seconds. */
  static void end(ExecutorService threads) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
