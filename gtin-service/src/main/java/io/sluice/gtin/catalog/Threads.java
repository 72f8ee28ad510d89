package io.sluice.gtin.catalog;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** How threads end. */
final class Threads {
  private Threads() {}

  /** Lets them finish what they do, if that takes no longer than so many seconds. */
  static void end(ExecutorService threads, long seconds) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(seconds, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
