package io.sluice.gtin.catalog;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shared catalogue as it was at one moment, for who copies it. One thread. */
final class Moment {
  /** What an item is after a change; null where it was removed. */
  record Now(long gtin, @Nullable Item item) {}

  /** Takes a number. */
  interface NumberSink {
    void put(long gtin) throws SQLException;
  }

  /** Rows that come at a time: so few that none of them outlives the young generation. */
  static final int FETCHED_ROWS = 1_000;

  private static final int MOST_CHANGES = 10_000;

  private final Connection connection;

  /**
   * @param connection in a transaction that sees one moment; without one the driver would fetch all
   *     rows at once
   */
  Moment(Connection connection) {
    this.connection = connection;
  }

  /** All items in the order of their numbers. */
  void all(ItemStore.Sink sink) throws SQLException, IOException {
    try (Statement select = connection.createStatement()) {
      select.setFetchSize(FETCHED_ROWS);
      try (ResultSet row = select.executeQuery(SqlStore.ALL)) {
        while (row.next()) {
          sink.put(SqlStore.item(row.getLong(1), row, 2));
        }
      }
    }
  }

  /** The numbers of items that were removed. */
  void gone(NumberSink sink) throws SQLException {
    try (Statement select = connection.createStatement()) {
      select.setFetchSize(FETCHED_ROWS);
      try (ResultSet row = select.executeQuery("SELECT gtin FROM gone")) {
        while (row.next()) {
          sink.put(row.getLong(1));
        }
      }
    }
  }

  Position position() throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT version, (SELECT coalesce(max(id), 0) FROM change) FROM"
                    + " catalogue_version")) {
      row.next();
      return new Position(row.getLong(1), row.getLong(2));
    }
  }

  /**
   * The changes between two positions in their order; null where these are not all that happened,
   * or more than are worth it.
   */
  @Nullable List<Now> changes(Position from, Position to) throws SQLException {
    long versions = to.version() - from.version();
    if (versions < 0 || versions > MOST_CHANGES) {
      return null;
    }
    List<Now> changes = new ArrayList<>();
    for (Change each : ChangeLog.rows(connection, from.change(), MOST_CHANGES + 1)) {
      if (each.gtin() == Change.IMPORT) {
        return null;
      }
      Item after = each.after();
      changes.add(
          new Now(each.gtin(), after == null ? null : after.updated(Instant.parse(each.at()))));
    }
    return changes.size() == versions ? changes : null;
  }
}
