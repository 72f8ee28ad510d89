package io.sluice.gtin.catalog;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads on a thread of its own while the caller's thread writes, some thousand items ahead at most:
 * reading a file and writing a database take about the same time.
 */
final class ReadAhead {
  private static final int BATCH = 1_000;
  private static final int BATCHES = 8;

  private final BlockingQueue<List<Item>> read = new ArrayBlockingQueue<>(BATCHES);
  private List<Item> batch = new ArrayList<>(BATCH);
  private volatile @Nullable Throwable failure;

  private ReadAhead() {}

  /**
   * Gives everything of a source to a sink, in its order.
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
        pass();
      } catch (IOException | SQLException | RuntimeException | OutOfMemoryError failed) {
        failure = failed;
      }
      // An empty batch is the end.
      batch.clear();
      read.put(batch);
    } catch (InterruptedException nobodyWrites) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(Item item) throws IOException {
    batch.add(item);
    if (batch.size() == BATCH) {
      try {
        pass();
      } catch (InterruptedException nobodyWrites) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("nobody writes any more");
      }
    }
  }

  private void pass() throws InterruptedException {
    if (!batch.isEmpty()) {
      read.put(batch);
      batch = new ArrayList<>(BATCH);
    }
  }

  private List<Item> next(Thread reader) throws IOException, InterruptedException {
    while (true) {
      List<Item> items = read.poll(1, TimeUnit.SECONDS);
      if (items != null) {
        return items;
      }
      if (!reader.isAlive() && read.isEmpty()) {
        throw new IOException("the reading has ended without an end");
      }
    }
  }

  private void write(ItemStore.Sink sink, Thread reader) throws IOException, InterruptedException {
    for (List<Item> items = next(reader); !items.isEmpty(); items = next(reader)) {
      for (Item item : items) {
        sink.put(item);
      }
    }
    switch (failure) {
      case null -> {}
      case IOException failed -> throw failed;
      case RuntimeException failed -> throw failed;
      case Throwable failed -> throw new IOException(failed.getMessage(), failed);
    }
  }
}
