package io.sluice.gtin.catalog;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Where the items are kept. Blocking; any thread. Fails with an {@link SQLException} when the
 * database cannot be used, and has changed nothing then.
 */
interface ItemStore extends AutoCloseable {
  Optional<Item> find(long gtin) throws SQLException;

  /** Whether there was an item, and it was removed. */
  boolean isGone(long gtin) throws SQLException;

  /** Items in the order of their numbers. */
  Page search(Search search) throws SQLException;

  /** What was done to an item, oldest first. */
  List<Change> history(long gtin) throws SQLException;

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
   * @return how many there were not before
   */
  long replaceAll(Source source) throws SQLException, IOException;

  /**
   * Inserts all items in one transaction if there are none, which two processes may try at once.
   */
  int insertIfEmpty(List<Item> items) throws SQLException;

  @Override
  void close();

  /** Gives items one by one. */
  interface Source {
    void giveTo(Sink sink) throws IOException, SQLException;
  }

  /** Takes an item; the last one with a number counts. */
  interface Sink {
    void put(Item item) throws IOException;
  }
}
