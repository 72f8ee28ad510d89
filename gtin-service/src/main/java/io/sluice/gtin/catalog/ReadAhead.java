package io.sluice.gtin.catalog;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads on a thread of its own while the caller's thread writes what was read before: both take
 * about the same time. What is read is written in runs, each in the order of its numbers.
 */
final class ReadAhead {
  private final BlockingQueue<ItemRun> written = new ArrayBlockingQueue<>(2);
  private final BlockingQueue<ItemRun> read = new ArrayBlockingQueue<>(2);
  private ItemRun run = new ItemRun();
  private volatile @Nullable Throwable failure;

  private ReadAhead() {
    written.add(new ItemRun());
  }

  /**
   * Gives a source's items to a sink; of those with one number, the last one comes behind the
   * others.
   *
   * @throws IOException what either throws; the other has stopped then
   */
  static void run(ItemStore.Source source, ItemStore.Sink sink) throws IOException {
    ReadAhead ahead = new ReadAhead();
    Thread reader =
        Thread.ofPlatform()
            .name("read-ahead")
            .daemon()
            .start(Niceness.patiently(() -> ahead.read(source)));
    try {
      ahead.write(sink, reader);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      reader.interrupt();
    }
  }

  private void read(ItemStore.Source source) {
    try {
      try {
        source.giveTo(this::add);
        if (!run.isEmpty()) {
          pass();
        }
      } catch (IOException | SQLException | RuntimeException | OutOfMemoryError failed) {
        failure = failed;
      }
      // An empty one is the end.
      run.clear();
      read.put(run);
    } catch (InterruptedException nobodyWrites) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(Item item) throws IOException {
    run.put(item);
    if (run.isFull()) {
      try {
        pass();
      } catch (InterruptedException nobodyWrites) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("nobody writes any more");
      }
    }
  }

  private void pass() throws InterruptedException {
    run.sort();
    read.put(run);
    run = written.take();
  }

  private ItemRun next(Thread reader) throws IOException, InterruptedException {
    while (true) {
      ItemRun next = read.poll(1, TimeUnit.SECONDS);
      if (next != null) {
        return next;
      }
      if (!reader.isAlive() && read.isEmpty()) {
        throw new IOException("the reading has ended without an end");
      }
    }
  }

  private void write(ItemStore.Sink sink, Thread reader) throws IOException, InterruptedException {
    for (ItemRun next = next(reader); !next.isEmpty(); next = next(reader)) {
      next.giveTo(sink);
      written.add(next);
    }
    switch (failure) {
      case null -> {}
      case IOException failed -> throw failed;
      case RuntimeException failed -> throw failed;
      case Throwable failed -> throw new IOException(failed.getMessage(), failed);
    }
  }
}
