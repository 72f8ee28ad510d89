package io.sluice.gtin.catalog;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The items, with a cache in front of the database. Any thread may ask; none is blocked.
 *
 * <p>Both what exists and what does not is remembered for a short while.
 */
public final class Catalogue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
  private static final int READERS = 4;
  private static final long WATCH_MILLIS = 500;
  private static final int CACHED = 200_000;
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final ExecutorService readers =
      Executors.newFixedThreadPool(
          READERS, Thread.ofPlatform().name("catalogue-", 0).daemon().factory());
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("catalogue-watch").daemon().factory());
  private final SqliteStore store;
  private final ScheduledFuture<?> watching;
  private long version;
  private final AsyncLoadingCache<Long, Optional<Item>> cache;

  private Catalogue(SqliteStore store) {
    this.store = store;
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(CACHED)
            .expireAfterWrite(FRESH)
            .executor(readers)
            .buildAsync(this::load);
    this.watching =
        watcher.scheduleWithFixedDelay(
            this::forgetIfChanged, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Opens the catalogue in a file, making the file if there is none.
   *
   * @throws IOException when the file cannot be used
   */
  public static Catalogue open(Path file) throws IOException {
    try {
      return new Catalogue(SqliteStore.open(file, READERS));
    } catch (SQLException failed) {
      throw new IOException(
          file
              + ": found no usable catalogue ("
              + failed.getMessage()
              + "), expected an SQLite file",
          failed);
    }
  }

  /** The item with this number, if there is one. Fails with the database's exception. */
  public CompletableFuture<Optional<Item>> find(Gtin gtin) {
    return cache.get(gtin.value());
  }

  /** How many items there are. Blocks; not for event loops. */
  public long size() throws IOException {
    try {
      return store.count();
    } catch (SQLException failed) {
      throw new IOException(failed);
    }
  }

  /**
   * Fills an empty catalogue from CSV with the columns gtin, name, brand and category; all rows or
   * none. Blocks.
   *
   * @return how many items were added; 0 when there were some already
   * @throws IOException when a row cannot be used, naming its line
   */
  public int fillIfEmpty(Reader csv, String name) throws IOException {
    List<Item> items = new ArrayList<>();
    CsvItems.read(csv, name, items::add);
    try {
      return store.insertIfEmpty(items);
    } catch (SQLException failed) {
      throw new IOException(name + ": " + failed.getMessage(), failed);
    }
  }

  /** What another process has changed is seen within a second. */
  private void forgetIfChanged() {
    try {
      long now = store.version();
      if (now != version) {
        version = now;
        cache.synchronous().invalidateAll();
      }
    } catch (SQLException failed) {
      LOG.warn("the catalogue's version cannot be read; what is cached may be old", failed);
    }
  }

  private Optional<Item> load(Long value) {
    try {
      return store.find(value);
    } catch (SQLException failed) {
      throw new CompletionException(failed);
    }
  }

  @Override
  public void close() {
    watching.cancel(false);
    watcher.shutdown();
    readers.shutdown();
    try {
      if (!readers.awaitTermination(5, TimeUnit.SECONDS)) {
        readers.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    store.close();
  }
}
