package io.sluice.gtin.catalog;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Threads for one kind of question, so that no other kind waits for it. Only so many questions may
 * wait for the threads: who comes later is told so at once, and so is who has waited too long. Any
 * thread may ask.
 */
final class Lane implements Executor, AutoCloseable {
  private final ThreadPoolExecutor threads;
  private final String kind;
  private final long mostWaitNanos;
  private final LongAdder refused = new LongAdder();

  /**
   * @param kind such as {@code searches}, for messages and the threads' names
   * @param waiting how many questions may wait
   * @param mostWaitSeconds how long one may wait
   */
  Lane(String kind, int threads, int waiting, int mostWaitSeconds) {
    this(kind, threads, waiting, mostWaitSeconds, factory(kind));
  }

  private Lane(String kind, int threads, int waiting, int mostWaitSeconds, ThreadFactory factory) {
    this.kind = kind;
    this.mostWaitNanos = TimeUnit.SECONDS.toNanos(mostWaitSeconds);
    this.threads =
        new ThreadPoolExecutor(
            threads, threads, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), factory);
  }

  /** One whose threads let those of others go first. */
  static Lane patient(String kind, int threads, int waiting, int mostWaitSeconds) {
    ThreadFactory factory = factory(kind);
    return new Lane(
        kind,
        threads,
        waiting,
        mostWaitSeconds,
        task -> factory.newThread(Niceness.patiently(task)));
  }

  private static ThreadFactory factory(String kind) {
    return Thread.ofPlatform().name("catalogue-" + kind + "-", 0).daemon().factory();
  }

  /** Asks when a thread is free. Fails with {@link CatalogueBusy} where none will be soon. */
  <T> CompletableFuture<T> ask(Supplier<T> question) {
    long asked = System.nanoTime();
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            if (System.nanoTime() - asked > mostWaitNanos) {
              throw busy();
            }
            return question.get();
          },
          threads);
    } catch (RejectedExecutionException full) {
      return CompletableFuture.failedFuture(busy());
    }
  }

  /** Somebody is turned away. */
  CatalogueBusy busy() {
    refused.increment();
    return new CatalogueBusy("too many " + kind + " are under way");
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** How it is now. */
  LaneStatus status() {
    return new LaneStatus(kind, threads.getActiveCount(), threads.getQueue().size(), refused.sum());
  }

  @Override
  public void close() {
    Threads.end(threads);
  }
}
