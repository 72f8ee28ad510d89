package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What both databases do in the same SQL. */
abstract class SqlStore implements ItemStore {
  /** An item's columns behind its number, as {@link Item#fields} has them. */
  static final List<String> FIELDS = List.of("name", "brand", "category", "attributes");

  static final String FIND = "SELECT " + read("") + " FROM item WHERE gtin = ?";
  private static final String SELECT = "SELECT gtin, " + read("") + " FROM item";
  static final String ALL = SELECT + " ORDER BY gtin";

  /** So many numbers are looked up by one statement, which databases know already. */
  static final int FEW = 32;

  private static final String IN_FEW = "(?" + ", ?".repeat(FEW - 1) + ")";
  private static final int MOST_AT_ONCE = 500;
  static final int MOST_SEARCH_SECONDS = 2;

  /** The fields' columns with something before and behind each. */
  static String columns(String before, String behind) {
    return FIELDS.stream().map(name -> before + name + behind).collect(Collectors.joining(", "));
  }

  /** The columns that {@link #item} reads, with something before each. */
  private static String read(String before) {
    return columns(before, "") + ", " + before + "updated";
  }

  /** Who brought an item first stays known when it comes again. */
  static final String ORIGIN_OF_GONE =
      "UPDATE item SET origin = gone.origin FROM gone WHERE gone.gtin = item.gtin AND gone.origin"
          + " IS NOT NULL";

  /** What is done with a connection, and may fail by itself as well. */
  interface Work<T, E extends Exception> {
    T with(Connection connection) throws SQLException, E;
  }

  /** Reads, outside of any transaction. */
  abstract <T, E extends Exception> T reading(Work<T, E> work) throws SQLException, E;

  /**
   * Reads what may be a moment old, from whichever server has it; tried again on another one where
   * a server fails, so that it must do nothing but read.
   */
  <T, E extends Exception> T looking(Work<T, E> work) throws SQLException, E {
    return reading(work);
  }

  /** Reads for no longer than {@link #MOST_SEARCH_SECONDS}. */
  abstract <T, E extends Exception> T searching(Work<T, E> work) throws SQLException, E;

  /** A column as {@link Search#alike} has texts. */
  abstract String alike(String column);

  /** Writes, in one transaction that nobody sees a part of; fails as busy where others do. */
  abstract <T, E extends Exception> T writing(Work<T, E> work) throws SQLException, E;

  /** The same for what may take minutes. */
  abstract <T, E extends Exception> T writingLong(Work<T, E> work) throws SQLException, E;

  /** Keeps everybody else from editing the same item until the transaction ends. */
  abstract void lock(Connection connection, long gtin) throws SQLException;

  /** Puts an item in the place of the one with its number, or where there was none. */
  abstract void put(Connection connection, Item item) throws SQLException;

  abstract void remove(Connection connection, long gtin) throws SQLException;

  /**
   * Says that this transaction changes something. From here to its end other writers wait, so that
   * what is written after it is in the order in which it comes to be seen.
   */
  abstract void announce(Connection connection) throws SQLException;

  /**
   * Puts many, however many; the last one with a number counts. What differs from before is in the
   * history.
   *
   * @param origin that of an import, which writes them now; empty for a copy, which the history
   *     does not know of and which keeps their times
   */
  abstract void putAll(Connection connection, Source source, Optional<Author> origin)
      throws SQLException, IOException;

  /** How the words of a search are found. */
  abstract Text text(Search search);

  /**
   * A part of a statement.
   *
   * @param from the tables, among them {@code item}
   * @param key the column with the number by which the tables are in order
   * @param condition with one mark; empty where there are no words
   * @param value of the mark
   */
  record Text(String from, String key, String condition, String value) {
    /** No words are looked for. */
    static final Text NONE = new Text("item", "item.gtin", "", "");
  }

  @Override
  public Optional<Item> find(long gtin) throws SQLException {
    return looking(connection -> Optional.ofNullable(find(connection, gtin)));
  }

  static @Nullable Item find(Connection connection, long gtin) throws SQLException {
    try (PreparedStatement find = connection.prepareStatement(FIND)) {
      find.setLong(1, gtin);
      try (ResultSet row = find.executeQuery()) {
        return row.next() ? item(gtin, row, 1) : null;
      }
    }
  }

  /** What an item is, from the columns of its fields and of its time. */
  static Item item(long gtin, ResultSet row, int column) throws SQLException {
    return item(gtin, row, column, row.getLong(column + FIELDS.size()));
  }

  /** What an item was at some time, from the columns of its fields. */
  static Item undated(long gtin, ResultSet row, int column) throws SQLException {
    return item(gtin, row, column, 0);
  }

  private static Item item(long gtin, ResultSet row, int column, long updated) throws SQLException {
    return new Item(
        new Gtin(gtin),
        row.getString(column),
        row.getString(column + 1),
        row.getString(column + 2),
        row.getString(column + 3),
        updated);
  }

  @Override
  public Looked lookUp(Collection<Gtin> gtins) throws SQLException {
    List<Gtin> all = List.copyOf(gtins);
    return looking(
        connection -> {
          Map<Gtin, Item> items = new HashMap<>();
          Set<Gtin> gone = new HashSet<>();
          for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
            lookUp(
                connection,
                all.subList(from, Math.min(all.size(), from + MOST_AT_ONCE)),
                items,
                gone);
          }
          return new Looked(items, gone);
        });
  }

  private static void lookUp(
      Connection connection, List<Gtin> gtins, Map<Gtin, Item> items, Set<Gtin> gone)
      throws SQLException {
    try (PreparedStatement select = selecting(connection, SELECT, gtins);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Item item = item(row.getLong(1), row, 2);
        items.put(item.gtin(), item);
      }
    }
    if (items.keySet().containsAll(gtins)) {
      return;
    }
    try (PreparedStatement select = selecting(connection, "SELECT gtin FROM gone", gtins);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        gone.add(new Gtin(row.getLong(1)));
      }
    }
  }

  /** Selects rows with some numbers. */
  private static PreparedStatement selecting(Connection connection, String what, List<Gtin> gtins)
      throws SQLException {
    if (gtins.size() > FEW) {
      return connection.prepareStatement(what + " WHERE gtin IN " + in(gtins));
    }
    PreparedStatement select = connection.prepareStatement(what + " WHERE gtin IN " + IN_FEW);
    for (int i = 0; i < FEW; i++) {
      // The last one stands for those that are not there.
      select.setLong(i + 1, gtins.get(Math.min(i, gtins.size() - 1)).value());
    }
    return select;
  }

  private static String in(List<Gtin> gtins) {
    return gtins.stream()
        .map(gtin -> Long.toString(gtin.value()))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  @Override
  public long count() throws SQLException {
    return looking(SqlStore::count);
  }

  static long count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM item")) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public Page search(Search search) throws SQLException {
    return search.digits().isEmpty()
        ? page(search)
        : page(search).and(page(search.byNumber()), search.limit());
  }

  @Override
  public Tally tally(Search search) throws SQLException {
    Search all = search.from(0, Tally.MOST);
    Map<Long, String[]> found = new TreeMap<>();
    Rows<Boolean> rows =
        row -> {
          int count = 0;
          for (; row.next(); count++) {
            found.put(row.getLong(1), new String[] {row.getString(2), row.getString(3)});
          }
          return count > Tally.MOST;
        };
    String columns = "item.gtin, item.brand, item.category";
    boolean more = select(columns, all, rows);
    if (!search.digits().isEmpty()) {
      more |= select(columns, all.byNumber(), rows);
    }
    Tally.Counter counter = new Tally.Counter();
    found.values().stream().limit(Tally.MOST).forEach(item -> counter.add(item[0], item[1]));
    return counter.tally(!more && found.size() <= Tally.MOST);
  }

  private Page page(Search search) throws SQLException {
    return select("item.gtin, " + read("item."), search, row -> page(row, search.limit()));
  }

  /** What is made of rows. */
  private interface Rows<T> {
    T read(ResultSet rows) throws SQLException;
  }

  /** Columns of what is found, in the order of the numbers: one row more than the limit. */
  private <T> T select(String columns, Search search, Rows<T> rows) throws SQLException {
    Text text = text(search);
    List<String> conditions = new ArrayList<>();
    List<String> values = new ArrayList<>();
    require(text.condition(), text.value(), conditions, values);
    require(alike("item.brand"), Search.alike(search.brand()), conditions, values);
    require(alike("item.category"), Search.alike(search.category()), conditions, values);
    conditions.add(text.key() + " > ?");
    if (!search.prefix().isEmpty()) {
      conditions.add(NumberRanges.ofPrefix(text.key(), search.prefix()));
    }
    if (search.words().isEmpty() && !search.digits().isEmpty()) {
      conditions.add(NumberRanges.ofDigits(text.key(), search.digits()));
    }
    String sql =
        "SELECT "
            + columns
            + " FROM "
            + text.from()
            + " WHERE "
            + String.join(" AND ", conditions)
            + " ORDER BY "
            + text.key()
            + " LIMIT ?";
    return searching(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setQueryTimeout(MOST_SEARCH_SECONDS);
            int at = 1;
            for (String value : values) {
              select.setString(at++, value);
            }
            select.setLong(at++, search.after());
            select.setInt(at, search.limit() + 1);
            try (ResultSet found = select.executeQuery()) {
              return rows.read(found);
            }
          }
        });
  }

  /** An empty value is none to look for. */
  private static void require(
      String condition, String value, List<String> conditions, List<String> values) {
    if (!value.isEmpty()) {
      conditions.add(condition);
      values.add(value);
    }
  }

  private static Page page(ResultSet row, int limit) throws SQLException {
    List<Item> items = new ArrayList<>();
    while (row.next()) {
      if (items.size() == limit) {
        return new Page(items, true);
      }
      items.add(item(row.getLong(1), row, 2));
    }
    return new Page(items, false);
  }

  @Override
  public Edited edit(long gtin, Author author, Edit edit) throws SQLException, EditRefused {
    return writing(
        connection -> {
          lock(connection, gtin);
          Item before = find(connection, gtin);
          Item wanted = edit.of(before);
          if (Objects.equals(before, wanted)) {
            return new Edited(before, before);
          }
          Instant at = now();
          Item after = wanted == null ? null : wanted.updated(at);
          set(connection, gtin, after);
          announce(connection);
          ChangeLog.record(connection, gtin, author, at, before, after);
          return new Edited(before, after);
        });
  }

  /** Lets an item be this, or be gone. */
  void set(Connection connection, long gtin, @Nullable Item after) throws SQLException {
    if (after == null) {
      update(
          connection,
          "INSERT INTO gone (gtin, origin) SELECT gtin, origin FROM item WHERE gtin = ? ON CONFLICT"
              + " DO NOTHING",
          gtin);
      remove(connection, gtin);
    } else {
      put(connection, after);
      update(connection, ORIGIN_OF_GONE + " AND item.gtin = ?", gtin);
      update(connection, "DELETE FROM gone WHERE gtin = ?", gtin);
    }
  }

  static void update(Connection connection, String sql, long gtin) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, gtin);
      update.executeUpdate();
    }
  }

  /** As precise as both an item and the history keep it. */
  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Makes it known that an import changes many items, which come from the number that this has. */
  long begin(Connection connection, Author author, Instant at) throws SQLException {
    announce(connection);
    return ChangeLog.begin(connection, author, at);
  }

  @Override
  public List<Change> history(long gtin) throws SQLException {
    return reading(connection -> ChangeLog.of(connection, gtin));
  }

  @Override
  public List<Change> changes(ChangeCursor after, int limit) throws SQLException {
    return reading(connection -> ChangeLog.after(connection, after, limit));
  }

  @Override
  public int insertIfEmpty(List<Item> items) throws SQLException {
    return writing(
        connection -> {
          // One that was emptied is not one that was never filled.
          if (count(connection) > 0 || any(connection, "gone") || any(connection, "change")) {
            return 0;
          }
          Instant at = now();
          for (Item item : items) {
            put(connection, item.updated(at));
          }
          announce(connection);
          return items.size();
        });
  }

  static boolean any(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
      return row.next();
    }
  }

  @Override
  public long replaceAll(Source source, Author author, Ending ending)
      throws SQLException, IOException {
    return writingLong(
        connection -> {
          long before = count(connection);
          putAll(connection, source, Optional.of(author));
          // What was removed before and has come again is there.
          try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                ChangeLog.recording()
                    + ChangeLog.NOTHING
                    + ", "
                    + columns("item.", "")
                    + " FROM gone JOIN item ON item.gtin = gone.gtin JOIN change origin ON"
                    + " origin.id = item.origin");
            statement.executeUpdate(ORIGIN_OF_GONE);
            statement.executeUpdate("DELETE FROM gone WHERE gtin IN (SELECT gtin FROM item)");
          }
          long added = count(connection) - before;
          Ended ended = ending.after(added);
          if (ended != null) {
            ImportLog.put(connection, ended.status(), ended.rejects());
          }
          return added;
        });
  }

  @Override
  public void note(ImportStatus status, @Nullable Path rejects) throws SQLException {
    writingLong(
        connection -> {
          ImportLog.put(connection, status, rejects);
          return true;
        });
  }

  @Override
  public List<ImportStatus> imports() throws SQLException {
    return reading(ImportLog::all);
  }

  @Override
  public Optional<ImportStatus> importStatus(String id) throws SQLException {
    return reading(connection -> ImportLog.find(connection, id));
  }

  @Override
  public boolean rejects(String id, OutputStream into) throws SQLException, IOException {
    return reading(connection -> ImportLog.rejects(connection, id, into));
  }
}
