package io.sluice.gtin.catalog;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * How the items of a database differ from others, both in the order of their numbers. One thread.
 */
final class Difference implements AutoCloseable {
  private final Statement statement;
  private final ResultSet rows;
  private final LongStream.Builder gone = LongStream.builder();
  private @Nullable Item next;

  /**
   * @param connection of the items as they are; stays open until the end
   */
  Difference(Connection connection) throws SQLException {
    statement = connection.createStatement();
    rows = statement.executeQuery(SqlStore.ALL);
    advance();
  }

  private void advance() throws SQLException {
    next = rows.next() ? SqlStore.item(rows.getLong(1), rows, 2) : null;
  }

  /** The next of the others goes on if there is none like it. */
  void with(Item item, ItemStore.Sink changed) throws IOException {
    try {
      skipBefore(item.gtin().value());
      Item here = next;
      if (here == null || !here.isSame(item)) {
        changed.put(item);
      }
      if (here != null && here.gtin().equals(item.gtin())) {
        advance();
      }
    } catch (SQLException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  private void skipBefore(long gtin) throws SQLException {
    for (Item here = next; here != null && here.gtin().value() < gtin; here = next) {
      gone.add(here.gtin().value());
      advance();
    }
  }

  /** There are no others. */
  void end() throws SQLException {
    skipBefore(Long.MAX_VALUE);
  }

  /** The numbers that the others do not have. */
  long[] gone() {
    return gone.build().toArray();
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
