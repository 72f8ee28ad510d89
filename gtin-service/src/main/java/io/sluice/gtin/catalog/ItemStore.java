package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the items are kept. Blocking; any thread. Fails with an {@link SQLException} when the
 * database cannot be used, and has changed nothing then.
 */
interface ItemStore extends AutoCloseable {
  Optional<Item> find(long gtin) throws SQLException;

  /** What there is of some numbers, however many. */
  Looked lookUp(Collection<Gtin> gtins) throws SQLException;

  /** Items in the order of their numbers; fails as busy where that would take long. */
  Page search(Search search) throws SQLException;

  /** How much there is of it, from its first page on. */
  Tally tally(Search search) throws SQLException;

  /** What was done to an item, oldest first. */
  List<Change> history(long gtin) throws SQLException;

  /** What was done to any item behind a place in the feed. */
  List<Change> changes(ChangeCursor after, int limit) throws SQLException;

  /** Gives all items in the order of their numbers, as they are at one moment. */
  void all(Sink sink) throws SQLException, IOException;

  /** A number that is another one after any other process has changed something. */
  long version() throws SQLException;

  long count() throws SQLException;

  /** Changes one item, in one transaction with its entry in the history. */
  Edited edit(long gtin, Author author, Edit edit) throws SQLException, EditRefused;

  /**
   * Puts all items of a source in, in the place of those with the same numbers, in one transaction.
   *
   * @param author who does it
   * @param ending what is written of it in the same transaction
   * @return how many there were not before
   */
  long replaceAll(Source source, Author author, Ending ending) throws SQLException, IOException;

  /** Writes how an import is. */
  void note(ImportStatus status, @Nullable Path rejects) throws SQLException;

  /** Of the last imports, the youngest first. */
  List<ImportStatus> imports() throws SQLException;

  Optional<ImportStatus> importStatus(String id) throws SQLException;

  /** Writes the rows that an import has rejected, as CSV; false where nothing is known of any. */
  boolean rejects(String id, OutputStream into) throws SQLException, IOException;

  /**
   * Inserts all items in one transaction if there are none, which two processes may try at once.
   */
  int insertIfEmpty(List<Item> items) throws SQLException;

  /** Whether other processes use it too, over a network that may fail. */
  default boolean isShared() {
    return false;
  }

  /** Whether what is looked up comes from a replica, and may be a moment old. */
  default boolean isReplica() {
    return false;
  }

  /** Whether a failure is that of a database that is away, and not of one that refuses. */
  default boolean isAwayBecauseOf(SQLException failure) {
    return false;
  }

  /**
   * Whether it has several servers, of which one may take the place of another without what was
   * written last.
   */
  default boolean isReplicated() {
    return false;
  }

  /** Whether a failure says that another writer, or too much work, is in the way. */
  default boolean isBusyBecauseOf(SQLException failure) {
    return false;
  }

  /**
   * Hears of what other processes change, where the database tells, while that is wanted. Blocks.
   *
   * @param changed run when something may have changed, and now and then
   */
  default void hear(Runnable changed, BooleanSupplier wanted) throws SQLException {}

  @Override
  void close();

  /** Gives items one by one. */
  interface Source {
    void giveTo(Sink sink) throws IOException, SQLException;
  }

  /**
   * How an import has ended.
   *
   * @param rejects the file of the rows that were not taken
   */
  record Ended(ImportStatus status, Path rejects) {}

  /** What is to be known of an import afterwards. */
  interface Ending {
    /** Nothing. */
    Ending FORGOTTEN = added -> null;

    /**
     * Asked when all rows are in.
     *
     * @param added how many items there were not before
     */
    @Nullable Ended after(long added);
  }

  /** Takes an item; the last one with a number counts. */
  interface Sink {
    void put(Item item) throws IOException;
  }
}
