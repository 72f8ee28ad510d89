package io.sluice.gateway.middleware;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A few threads for what takes long and may not be done on an event loop: comparing passwords,
 * checking signatures. What waits for them is bounded; they end when there is nothing to do. Any
 * thread.
 */
public final class Workers {
  private static final int THREADS = 2;
  private static final int MOST_WAITING = 256;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          task -> {
            Thread thread = new Thread(task, "sluice-stage");
            thread.setDaemon(true);
            return thread;
          });

  public Workers() {
    threads.allowCoreThreadTimeOut(true);
  }

  /** Does it as soon as there is a thread; false when too much waits already. */
  boolean run(Runnable work) {
    try {
      threads.execute(work);
      return true;
    } catch (RejectedExecutionException full) {
      return false;
    }
  }

  /**
   * Does it as soon as there is a thread.
   *
   * @param otherwise what is said when too much waits already
   */
  <T> CompletableFuture<T> ask(Supplier<T> work, T otherwise) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException full) {
      return CompletableFuture.completedFuture(otherwise);
    }
  }
}
