package io.sluice.gtin.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts items into an SQLite catalogue, many at a time and in the order of their numbers, and the
 * words of those that are new or differ into its index. One thread, within one transaction.
 */
final class SqliteItems implements AutoCloseable {
  private static final String INSERT =
      "INSERT INTO item (gtin, name, brand, category, attributes, updated, origin) VALUES (?, ?, ?,"
          + " ?, ?, ?, ?) ON CONFLICT (gtin) DO NOTHING";

  /** An item that is there as it is to be is not written; who brought it first stays known. */
  private static final String UPDATE =
      "UPDATE item SET name = ?2, brand = ?3, category = ?4, attributes = ?5, updated = ?6 WHERE"
          + " gtin = ?1 AND (name IS NOT ?2 OR brand IS NOT ?3 OR category IS NOT ?4 OR attributes"
          + " IS NOT ?5";

  private static final String OR_AT_ANOTHER_TIME = " OR updated IS NOT ?6";

  private static final String INTO_TEXT =
      " INTO item_text (rowid, name, brand, category) VALUES (?, ?, ?, ?)";

  /** Puts an item's words where others of it may be. */
  static final String REPLACE_TEXT = "INSERT OR REPLACE" + INTO_TEXT;

  /**
   * So many at a time: the index is written whenever a number is less than the one before it, and
   * what is written is merged several times.
   */
  private static final int BATCH = 50_000;

  private final @Nullable Long origin;
  private final PreparedStatement insert;
  private final PreparedStatement update;
  private final PreparedStatement newText;
  private final PreparedStatement otherText;
  private final List<Item> batch = new ArrayList<>();

  /**
   * @param origin that of the import which brings them; null where they are copied with their times
   */
  SqliteItems(Connection connection, @Nullable Long origin) throws SQLException {
    this.origin = origin;
    insert = connection.prepareStatement(INSERT);
    update = connection.prepareStatement(UPDATE + (origin == null ? OR_AT_ANOTHER_TIME : "") + ")");
    newText = connection.prepareStatement("INSERT" + INTO_TEXT);
    otherText = connection.prepareStatement(REPLACE_TEXT);
  }

  void put(Item item) throws SQLException {
    batch.add(item);
    if (batch.size() == BATCH) {
      flush();
    }
  }

  /** Writes what was put. */
  void flush() throws SQLException {
    // Of one number, the last stays behind the others.
    batch.sort(Comparator.comparingLong(item -> item.gtin().value()));
    for (Item item : batch) {
      bind(insert, item);
      insert.setObject(7, origin);
      insert.addBatch();
    }
    List<Item> known = index(batch, insert.executeBatch(), newText);
    batch.clear();
    for (Item item : known) {
      bind(update, item);
      update.addBatch();
    }
    index(known, update.executeBatch(), otherText);
  }

  /**
   * Indexes the words of those that were written.
   *
   * @param written how many rows each of them has changed: one or none
   * @return the others
   */
  private static List<Item> index(List<Item> items, int[] written, PreparedStatement text)
      throws SQLException {
    List<Item> others = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (written[i] == 0) {
        others.add(items.get(i));
      } else {
        bindText(text, items.get(i));
        text.addBatch();
      }
    }
    text.executeBatch();
    return others;
  }

  private static void bind(PreparedStatement statement, Item item) throws SQLException {
    statement.setLong(1, item.gtin().value());
    int at = 2;
    for (String field : item.fields()) {
      statement.setString(at++, field);
    }
    statement.setLong(at, item.updated());
  }

  static void bindText(PreparedStatement text, Item item) throws SQLException {
    text.setLong(1, item.gtin().value());
    text.setString(2, Words.folded(item.name()));
    text.setString(3, Words.folded(item.brand()));
    text.setString(4, Words.folded(item.category()));
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    update.close();
    newText.close();
    otherText.close();
  }
}
