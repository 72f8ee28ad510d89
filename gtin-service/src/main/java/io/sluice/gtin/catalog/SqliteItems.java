package io.sluice.gtin.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts items into an SQLite catalogue, and the words of those that are new or differ into its
 * index. One thread, within one transaction.
 *
 * <p>It is fast for many in the order of their numbers: the index is written whenever a number is
 * less than the one before it, and what is written is merged several times.
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

  private static final int AT_ONCE = 500;

  private final @Nullable Long origin;
  private final PreparedStatement insert;
  private final PreparedStatement update;
  private final PreparedStatement newText;
  private final PreparedStatement otherText;
  private final List<Item> waiting = new ArrayList<>();

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
    waiting.add(item);
    if (waiting.size() == AT_ONCE) {
      flush();
    }
  }

  /** Writes what was put. */
  void flush() throws SQLException {
    for (Item item : waiting) {
      bind(insert, item);
      insert.setObject(7, origin);
      insert.addBatch();
    }
    int[] inserted = insert.executeBatch();
    for (int i = 0; i < inserted.length; i++) {
      if (inserted[i] == 0) {
        bind(update, waiting.get(i));
        update.addBatch();
      }
    }
    index(inserted, update.executeBatch());
    waiting.clear();
  }

  /**
   * Indexes the words of those that were written, in their order.
   *
   * @param inserted whether each of them was
   * @param updated whether each of the others was
   */
  private void index(int[] inserted, int[] updated) throws SQLException {
    PreparedStatement text = newText;
    int others = 0;
    for (int i = 0; i < inserted.length; i++) {
      boolean isNew = inserted[i] == 1;
      if (isNew || updated[others++] == 1) {
        PreparedStatement next = isNew ? newText : otherText;
        if (next != text) {
          text.executeBatch();
          text = next;
        }
        bindText(text, waiting.get(i));
        text.addBatch();
      }
    }
    text.executeBatch();
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
