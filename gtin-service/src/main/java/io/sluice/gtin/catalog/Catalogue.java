package io.sluice.gtin.catalog;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The items, with a cache in front of the database. Any thread may ask; none is blocked but where
 * it says so.
 *
 * <p>Lookups, batches, searches, reports and writes each have threads of their own ({@link Lane}),
 * so that however many of one kind there are, the others do not wait for them.
 *
 * <p>Both what exists and what does not is remembered for a short while. What another process
 * changes is seen within a second. A shared database is copied: as long as the copy has what the
 * one server of it is known to have, all that is read comes from there and keeps nobody else from
 * the database; and while that is away the last copy answers, which {@link #isAway} says.
 */
public final class Catalogue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
  private static final int LOOKUPS = 4;
  private static final int BATCHES = 2;
  private static final int REPORTS = 2;
  private static final int EXPORTS = 1;

  /** Searches leave half of the machine to everybody else. */
  private static final int SEARCHES = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private static final int READERS = LOOKUPS + BATCHES + REPORTS + EXPORTS + SEARCHES;

  /** For who writes, who listens, who looks at the version, and who tells of imports. */
  private static final int OTHERS = 4;

  private static final int CACHED = 20_000;

  /** Of so many numbers, those that are asked for again are cached; a power of two. */
  private static final int ONE_OF = 1 << 16;

  private static final Duration FRESH = Duration.ofMinutes(1);

  private final Lane lookups = new Lane("lookups", LOOKUPS, 10_000, 10);
  private final Lane batches = Lane.patient("batches", BATCHES, 64, 10);
  private final Lane searches = Lane.patient("searches", SEARCHES, 32, 2);
  private final Lane reports = new Lane("reports", REPORTS, 100, 10);
  private final Lane exports = Lane.patient("exports", EXPORTS, 4, 60);
  private final Lane writes = new Lane("writes", 1, 100, 2);
  private final ItemStore store;
  private final @Nullable LocalCopy copy;
  private final @Nullable Copier copier;
  private final BatchingLoader loader;
  private final AskedBefore before = new AskedBefore(ONE_OF);
  private final AsyncLoadingCache<Gtin, Optional<Item>> cache;
  private final Availability availability;

  /**
   * @param follow brings the copy nearer to what the database has; null without a copy
   * @param away whether the database cannot be used just now
   */
  private Catalogue(
      ItemStore store, @Nullable LocalCopy copy, Copier.@Nullable Step follow, boolean away) {
    this.store = store;
    this.copy = copy;
    this.loader =
        new BatchingLoader(
            lookups,
            gtin -> read(from -> from.find(gtin.value())),
            gtins -> read(from -> from.lookUp(gtins)));
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(CACHED)
            .expireAfterWrite(FRESH)
            .executor(lookups)
            .buildAsync((gtin, threads) -> loader.load(gtin));
    this.availability = new Availability(store, away, this::changed);
    this.copier =
        copy == null || follow == null ? null : new Copier(copy, follow, availability::version);
    availability.start();
  }

  private void changed() {
    cache.synchronous().invalidateAll();
    if (copier != null) {
      copier.soon();
    }
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
   * is away and no copy has it, as all questions do, and with {@link CatalogueBusy} where too many
   * ask.
   */
  public CompletableFuture<Optional<Item>> find(Gtin gtin) {
    CompletableFuture<Optional<Item>> cached = cache.getIfPresent(gtin);
    if (cached != null) {
      return cached;
    }
    return before.noted(gtin) ? cache.get(gtin) : loader.load(gtin);
  }

  /** What there is of some numbers; many do not keep single lookups waiting. */
  public CompletableFuture<Looked> lookUp(Collection<Gtin> gtins) {
    Lane lane = gtins.size() <= SqlStore.FEW ? lookups : batches;
    return ask(lane, () -> read(from -> from.lookUp(gtins)));
  }

  /** How many questions of each kind there are. Any thread. */
  public List<LaneStatus> lanes() {
    return Stream.of(lookups, batches, searches, reports, exports, writes)
        .map(Lane::status)
        .toList();
  }

  /** Whether the database could not be used when it was last tried; what is found may be old. */
  public boolean isAway() {
    return availability.isAway();
  }

  /** Whether what is found comes from a replica, and may be a moment old. */
  public boolean isReplica() {
    return store.isReplica();
  }

  /** Whether the local copy has what the catalogue was at a version. */
  boolean hasCopied(long version) {
    return copy != null && copy.isAt(version);
  }

  /**
   * Whether the local copy has all that the database is known to have. Of several servers another
   * one may come to the same version in its own way, so their copies are for when they are away.
   */
  boolean isReadFromCopy() {
    return !store.isReplicated() && hasCopied(availability.version());
  }

  public CompletableFuture<Page> search(Search search) {
    return ask(searches, () -> read(from -> from.search(search)));
  }

  /** How much a search finds, and of which brands and categories. */
  public CompletableFuture<Tally> tally(Search search) {
    return ask(searches, () -> read(from -> from.tally(search)));
  }

  /** What was done to an item, oldest first. */
  public CompletableFuture<List<Change>> history(Gtin gtin) {
    return askIfThere(() -> store.history(gtin.value()));
  }

  /**
   * What was done to any item behind a place in the feed; that an import has run is followed by the
   * items that are new by it.
   */
  public CompletableFuture<List<Change>> changes(ChangeCursor after, int limit) {
    return askIfThere(() -> store.changes(after, limit));
  }

  /**
   * Changes one item; fails with {@link EditRefused} where the edit will not, and within seconds
   * with {@link CatalogueBusy} where an import or another writer is in the way.
   */
  public CompletableFuture<Edited> edit(Gtin gtin, Author author, Edit edit) {
    return ask(
        writes,
        () -> {
          try {
            Edited edited = store.edit(gtin.value(), author, edit);
            availability.forget();
            cache.synchronous().invalidate(gtin);
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

  private <T> CompletableFuture<T> ask(Lane lane, Question<T> question) {
    return lane.ask(
        () -> {
          try {
            return question.answer();
          } catch (SQLException failed) {
            throw failure(failed);
          } catch (IOException failed) {
            throw new UncheckedIOException(failed);
          }
        });
  }

  private RuntimeException failure(SQLException failed) {
    return store.isBusyBecauseOf(failed)
        ? new CatalogueBusy("another writer is at work, such as an import")
        : new CatalogueAway(failed);
  }

  /** Who asks a database that is away would keep a reader from what the copy answers. */
  private <T> CompletableFuture<T> askIfThere(Question<T> question) {
    return isAway() ? CompletableFuture.failedFuture(itIsAway()) : ask(reports, question);
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

  /** Does something long with all items, on a thread for that; one waits for the other. */
  public CompletableFuture<Long> export(Export.Work work) {
    return ask(exports, () -> work.on(this));
  }

  /** How the last imports are, the youngest first. */
  public CompletableFuture<List<ImportStatus>> imports() {
    return askIfThere(store::imports);
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
  public int fillIfEmpty(InputStream csv, String name) throws IOException {
    if (isAway()) {
      return 0;
    }
    try {
      if (!store.search(new Search(List.of(), "", "", "", "", 0, 1)).items().isEmpty()) {
        return 0;
      }
      List<Item> items = new ArrayList<>();
      CsvItems.read(csv, name, items::add);
      int added = store.insertIfEmpty(items);
      availability.forget();
      return added;
    } catch (SQLException failed) {
      throw new IOException(name + ": " + failed.getMessage(), failed);
    }
  }

  /** See {@link ItemStore#replaceAll}. Blocks. */
  long replaceAll(ItemStore.Source source, Author author, ItemStore.Ending ending)
      throws IOException {
    try {
      long added = store.replaceAll(source, author, ending);
      availability.forget();
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
    if (whole != null && isReadFromCopy()) {
      try {
        return read(whole, query);
      } catch (CatalogueAway broken) {
        LOG.debug("the copy is not to be read, the database is asked", broken);
      }
    }
    try {
      return query.from(store);
    } catch (SQLException failed) {
      if (store.isBusyBecauseOf(failed)) {
        throw takesTooLong();
      }
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
      throw from.isBusyBecauseOf(failed) ? takesTooLong() : new CatalogueAway(failed);
    }
  }

  private static CatalogueBusy takesTooLong() {
    return new CatalogueBusy("what is asked takes too long");
  }

  @Override
  public void close() {
    if (copier != null) {
      Threads.end(copier.thread());
    }
    availability.close();
    writes.close();
    reports.close();
    exports.close();
    searches.close();
    batches.close();
    // Last: the cache tidies itself up on them after what the others do.
    lookups.close();
    if (copy != null) {
      copy.close();
    }
    store.close();
  }
}
