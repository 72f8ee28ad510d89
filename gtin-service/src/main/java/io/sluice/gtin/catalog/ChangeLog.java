package io.sluice.gtin.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who did what to items, in the table {@code change}, in a dialect that both databases speak. An
 * edit is a row. An import is a row of no item, which is the {@code origin} of the rows that it
 * replaces and of the items that it brings; an item that is new by it has no row, as that would
 * write ten millions twice: it knows its origin, also where it is gone, and what it was at first
 * stands in the first of its later rows.
 */
final class ChangeLog {
  /** What stands for the fields of no item. */
  static final String NOTHING =
      SqlStore.FIELDS.stream().map(name -> "NULL").collect(Collectors.joining(", "));

  private static final String BEFORE = SqlStore.columns("", "_before");
  private static final String AFTER = SqlStore.columns("", "_after");
  private static final int FIELDS = SqlStore.FIELDS.size();

  private ChangeLog() {}

  /** Records an edit. */
  static void record(
      Connection connection,
      long gtin,
      Author author,
      Instant at,
      @Nullable Item before,
      @Nullable Item after)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO change (at, who, request, gtin, "
                + BEFORE
                + ", "
                + AFTER
                + ") VALUES (?, ?, ?, ?"
                + ", ?".repeat(2 * FIELDS)
                + ")")) {
      insert.setString(1, at.toString());
      insert.setString(2, author.name());
      insert.setString(3, author.request());
      insert.setLong(4, gtin);
      bind(insert, 5, before);
      bind(insert, 5 + FIELDS, after);
      insert.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, int at, @Nullable Item item)
      throws SQLException {
    for (int i = 0; i < FIELDS; i++) {
      statement.setString(at + i, item == null ? null : item.fields().get(i));
    }
  }

  /** Records that an import has run; the number is the origin of what comes from it. */
  static long begin(Connection connection, Author author, Instant at) throws SQLException {
    record(connection, Change.IMPORT, author, at, null, null);
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery("SELECT max(id) FROM change WHERE gtin = " + Change.IMPORT)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * The beginning of a statement that records what an import does: behind it come the fields before
   * and after, and where they are from: {@code item}, and the import's row as {@code origin}.
   */
  static String recording() {
    return "INSERT INTO change (at, who, request, gtin, origin, "
        + BEFORE
        + ", "
        + AFTER
        + ") SELECT origin.at, origin.who, origin.request, item.gtin, origin.id, ";
  }

  /** What was done to one item, oldest first. */
  static List<Change> of(Connection connection, long gtin) throws SQLException {
    List<Change> changes = select(connection, "gtin = " + gtin + " ORDER BY id");
    if (changes.isEmpty() || changes.getFirst().before() != null) {
      came(connection, gtin, changes).ifPresent(changes::addFirst);
    }
    return changes;
  }

  /** What was done to any behind a place, in the order of the feed. */
  static List<Change> after(Connection connection, ChangeCursor place, int limit)
      throws SQLException {
    List<Change> changes = new ArrayList<>();
    if (place.gtin() < Long.MAX_VALUE) {
      changes.addAll(brought(connection, place, limit));
    }
    for (Change change : rows(connection, place.change(), limit - changes.size())) {
      if (changes.size() == limit) {
        break;
      }
      changes.add(change);
      if (change.gtin() == Change.IMPORT) {
        changes.addAll(brought(connection, change.cursor(), limit - changes.size()));
      }
    }
    return changes;
  }

  /** What was recorded after a change, without what is new by imports. */
  static List<Change> rows(Connection connection, long change, int limit) throws SQLException {
    return select(connection, "id > " + change + " ORDER BY id LIMIT " + limit);
  }

  /** The items that are new by an import, as they came, behind one of them. */
  private static List<Change> brought(Connection connection, ChangeCursor place, int limit)
      throws SQLException {
    List<Change> brought = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT origin.at, origin.who, origin.request, new.gtin, later.id, "
                    + SqlStore.columns("later.", "_before")
                    + ", "
                    + SqlStore.columns("item.", "")
                    + " FROM ("
                    + broughtFrom("item", place)
                    + " UNION ALL "
                    + broughtFrom("gone", place)
                    + " ORDER BY gtin LIMIT "
                    + limit
                    + ") new JOIN change origin ON origin.id = "
                    + place.change()
                    + " LEFT JOIN item ON item.gtin = new.gtin LEFT JOIN change later ON later.id ="
                    + " (SELECT min(id) FROM change WHERE change.gtin = new.gtin)"
                    + " ORDER BY new.gtin")) {
      while (row.next()) {
        long gtin = row.getLong(4);
        boolean changed = row.getString(5) != null;
        Item first = item(gtin, row, changed ? 6 : 6 + FIELDS);
        Author author = new Author(row.getString(2), row.getString(3));
        brought.add(new Change(place.change(), row.getString(1), author, gtin, null, first));
      }
    }
    return brought;
  }

  /** Their numbers in one table; an item that has come again has a row of its own, and is none. */
  private static String broughtFrom(String table, ChangeCursor place) {
    return "SELECT gtin FROM "
        + table
        + " WHERE origin = "
        + place.change()
        + " AND gtin > "
        + place.gtin()
        + " AND NOT EXISTS (SELECT 1 FROM change WHERE change.gtin = "
        + table
        + ".gtin AND change.origin = "
        + place.change()
        + " AND change.name_before IS NULL)";
  }

  /** How an item came that an import has brought, also where it was removed since. */
  private static Optional<Change> came(Connection connection, long gtin, List<Change> later)
      throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT at, who, request, id FROM change WHERE id = (SELECT origin FROM item WHERE"
                    + " gtin = "
                    + gtin
                    + " UNION ALL SELECT origin FROM gone WHERE gtin = "
                    + gtin
                    + ")")) {
      if (!row.next()) {
        return Optional.empty();
      }
      Item first = later.isEmpty() ? SqlStore.find(connection, gtin) : later.getFirst().before();
      Author author = new Author(row.getString(2), row.getString(3));
      return Optional.of(new Change(row.getLong(4), row.getString(1), author, gtin, null, first));
    }
  }

  private static List<Change> select(Connection connection, String which) throws SQLException {
    List<Change> changes = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT id, at, who, request, gtin, "
                    + BEFORE
                    + ", "
                    + AFTER
                    + " FROM change WHERE "
                    + which)) {
      while (row.next()) {
        long gtin = row.getLong(5);
        changes.add(
            new Change(
                row.getLong(1),
                row.getString(2),
                new Author(row.getString(3), row.getString(4)),
                gtin,
                item(gtin, row, 6),
                item(gtin, row, 6 + FIELDS)));
      }
    }
    return changes;
  }

  private static @Nullable Item item(long gtin, ResultSet row, int column) throws SQLException {
    return row.getString(column) == null ? null : SqlStore.undated(gtin, row, column);
  }
}
