package io.sluice.gtin.catalog;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The items, with a cache in front of the database. Any thread may ask; none is blocked but where
 * it says so.
 *
 * <p>Both what exists and what does not is remembered for a short while. What another process
 * changes is seen within a second. A shared database is copied, and while it is away the last copy
 * answers, which {@link #isAway} says.
 */
public final class Catalogue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
  private static final int READERS = 4;

  /** For who writes, who listens, who looks at the version, and who tells of imports. */
  private static final int OTHERS = 4;

  private static final long STOP_SECONDS = 5;
  private static final int CACHED = 20_000;
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final ExecutorService readers =
      Executors.newFixedThreadPool(
          READERS, Thread.ofPlatform().name("catalogue-", 0).daemon().factory());
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("catalogue-write").daemon().factory());
  private final ItemStore store;
  private final @Nullable LocalCopy copy;
  private final @Nullable Copier copier;
  private final AsyncLoadingCache<Long, Optional<Item>> cache;
  private final Availability availability;

  /**
   * @param follow brings the copy nearer to what the database has; null without a copy
   * @param away whether the database cannot be used just now
   */
  private Catalogue(
      ItemStore store, @Nullable LocalCopy copy, Copier.@Nullable Step follow, boolean away) {
    this.store = store;
    this.copy = copy;
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(CACHED)
            .expireAfterWrite(FRESH)
            .executor(readers)
            .buildAsync(this::load);
    this.availability = new Availability(store, away, () -> cache.synchronous().invalidateAll());
    this.copier =
        copy == null || follow == null ? null : new Copier(copy, follow, availability::version);
    availability.start();
  }

  /**
   * Opens a catalogue.
   *
   * @param address an SQLite file, made if there is none, or a database
   * @param localCopy the file for a copy of a shared database, with which a service also starts
   *     while that is away; null for none
   * @throws IOException when it cannot be used
   */
  public static Catalogue open(CatalogueAddress address, @Nullable Path localCopy)
      throws IOException {
    try {
      return address.isShared()
          ? openShared(address, localCopy)
          : new Catalogue(SqliteStore.open(Path.of(address.place()), READERS), null, null, false);
    } catch (SQLException failed) {
      throw new IOException(
          address
              + ": found no usable catalogue ("
              + failed.getMessage()
              + "), expected an SQLite file or jdbc:postgresql://…",
          failed);
    }
  }

  private static Catalogue openShared(CatalogueAddress address, @Nullable Path localCopy)
      throws IOException, SQLException {
    LocalCopy copy =
        localCopy == null ? null : LocalCopy.open(localCopy, address.toString(), READERS);
    PostgresStore store = PostgresStore.at(address, READERS + OTHERS);
    Copier.Step follow = copy == null ? null : () -> copy.follow(store);
    try {
      store.prepare();
      return new Catalogue(store, copy, follow, false);
    } catch (SQLException failed) {
      if (copy != null && copy.isWhole() && PostgresStore.isAway(failed)) {
        LOG.warn("the catalogue's database is away, its copy serves: {}", failed.getMessage());
        return new Catalogue(store, copy, follow, true);
      }
      if (copy != null) {
        copy.close();
      }
      store.close();
      throw failed;
    }
  }

  /**
   * The item with this number, if there is one. Fails with {@link CatalogueAway} where the database
   * is away and no copy has it.
   */
  public CompletableFuture<Optional<Item>> find(Gtin gtin) {
    return cache.get(gtin.value());
  }

  /** Whether the database could not be used when it was last tried; what is found may be old. */
  public boolean isAway() {
    return availability.isAway();
  }

  /** Whether the local copy has what the catalogue was at a version. */
  boolean hasCopied(long version) {
    return copy != null && copy.isAt(version);
  }

  /** Whether there was an item with this number, and it was removed. */
  public CompletableFuture<Boolean> isGone(Gtin gtin) {
    return ask(readers, () -> read(from -> from.isGone(gtin.value())));
  }

  public CompletableFuture<Page> search(Search search) {
    return ask(readers, () -> read(from -> from.search(search)));
  }

  /** What was done to an item, oldest first. */
  public CompletableFuture<List<Change>> history(Gtin gtin) {
    return askIfThere(() -> store.history(gtin.value()));
  }

  /** Changes one item; fails with {@link EditRefused} where the edit will not. */
  public CompletableFuture<Edited> edit(Gtin gtin, Author author, Edit edit) {
    return ask(
        writer,
        () -> {
          try {
            Edited edited = store.edit(gtin.value(), author, edit);
            cache.synchronous().invalidate(gtin.value());
            return edited;
          } catch (EditRefused refused) {
            throw new CompletionException(refused);
          }
        });
  }

  /** What is asked of the database. */
  private interface Question<T> {
    T answer() throws SQLException, IOException;
  }

  private static <T> CompletableFuture<T> ask(Executor on, Question<T> question) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return question.answer();
          } catch (SQLException failed) {
            throw new CatalogueAway(failed);
          } catch (IOException failed) {
            throw new UncheckedIOException(failed);
          }
        },
        on);
  }

  /** Who asks a database that is away would keep a reader from what the copy answers. */
  private <T> CompletableFuture<T> askIfThere(Question<T> question) {
    return isAway() ? CompletableFuture.failedFuture(itIsAway()) : ask(readers, question);
  }

  private static CatalogueAway itIsAway() {
    return new CatalogueAway(new SQLException("it is away"));
  }

  /** How many items there are. Blocks. */
  public long size() throws IOException {
    try {
      return read(ItemStore::count);
    } catch (CatalogueAway failed) {
      throw new IOException(failed);
    }
  }

  /** See {@link ItemStore#all}. Blocks. */
  void all(ItemStore.Sink sink) throws IOException {
    try {
      store.all(sink);
    } catch (SQLException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  /**
   * Fills an empty catalogue from CSV with the columns gtin, name, brand and category; all rows or
   * none. Blocks.
   *
   * @return how many items were added; 0 when there were some already, or nobody can tell
   * @throws IOException when a row cannot be used, naming its line
   */
  public int fillIfEmpty(Reader csv, String name) throws IOException {
    if (isAway()) {
      return 0;
    }
    List<Item> items = new ArrayList<>();
    CsvItems.read(csv, name, items::add);
    try {
      return store.insertIfEmpty(items);
    } catch (SQLException failed) {
      throw new IOException(name + ": " + failed.getMessage(), failed);
    }
  }

  /** See {@link ItemStore#replaceAll}. Blocks. */
  long replaceAll(ItemStore.Source source, ItemStore.Ending ending) throws IOException {
    try {
      long added = store.replaceAll(source, ending);
      cache.synchronous().invalidateAll();
      return added;
    } catch (SQLException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  /** How an import is that any process has run on this catalogue, if it is one of the last. */
  public CompletableFuture<Optional<ImportStatus>> importStatus(String id) {
    return askIfThere(() -> store.importStatus(id));
  }

  /** Writes the rows that an import has rejected, as CSV; false where there are none to be had. */
  public CompletableFuture<Boolean> rejects(String id, Path into) {
    return askIfThere(
        () -> {
          try (OutputStream out = Files.newOutputStream(into)) {
            return store.rejects(id, out);
          }
        });
  }

  /**
   * Writes how an import ended that has changed nothing. Blocks, as long as another one runs.
   *
   * @param rejects the file of its rejected rows; null for none
   */
  public void note(ImportStatus status, @Nullable Path rejects) throws IOException {
    try {
      store.note(status, rejects);
    } catch (SQLException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  /**
   * Lets the others know how far an import is, where there can be others. Blocks, but not for a
   * database that is known to be away.
   *
   * @throws CatalogueAway when they cannot be told
   */
  public void tell(ImportStatus status) {
    if (store.isShared()) {
      if (isAway()) {
        throw itIsAway();
      }
      try {
        store.note(status, null);
      } catch (SQLException failed) {
        throw new CatalogueAway(failed);
      }
    }
  }

  private Optional<Item> load(Long value) {
    return read(from -> from.find(value));
  }

  /** What is read from the database, or from its copy. */
  private interface Query<T> {
    T from(ItemStore items) throws SQLException;
  }

  private <T> T read(Query<T> query) {
    ItemStore whole = copy != null && copy.isWhole() ? copy.items() : null;
    // Each question would wait for a database that is away, and there are few who can.
    if (whole != null && isAway()) {
      return read(whole, query);
    }
    try {
      return query.from(store);
    } catch (SQLException failed) {
      availability.failed(failed);
      if (whole == null) {
        throw new CatalogueAway(failed);
      }
      return read(whole, query);
    }
  }

  private static <T> T read(ItemStore from, Query<T> query) {
    try {
      return query.from(from);
    } catch (SQLException failed) {
      throw new CatalogueAway(failed);
    }
  }

  @Override
  public void close() {
    if (copier != null) {
      Threads.end(copier.thread(), STOP_SECONDS);
    }
    availability.close();
    Threads.end(writer, STOP_SECONDS);
    // Last: the cache tidies itself up on them after what the others do.
    Threads.end(readers, STOP_SECONDS);
    if (copy != null) {
      copy.close();
    }
    store.close();
  }
}
