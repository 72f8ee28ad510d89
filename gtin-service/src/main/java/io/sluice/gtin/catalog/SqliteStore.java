package io.sluice.gtin.catalog;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.Function;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/**
 * The catalogue in one SQLite file, in write-ahead mode: one connection that writes, and one with
 * its prepared statement for each reading thread. Words are found by a full-text index that keeps
 * no copy of the text (FTS5, contentless).
 */
final class SqliteStore extends SqlStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

  /**
   * What the file has from {@code user_version} 1 on; the log of imports came with 2, plain forms
   * of letters with 3.
   */
  private static final String[] SCHEMA = {
    "CREATE TABLE IF NOT EXISTS item (gtin INTEGER PRIMARY KEY, name TEXT NOT NULL, brand TEXT NOT"
        + " NULL, category TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS gone (gtin INTEGER PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS change (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT"
        + " NULL, request TEXT NOT NULL, gtin INTEGER NOT NULL, name_before TEXT, brand_before"
        + " TEXT, category_before TEXT, name_after TEXT, brand_after TEXT, category_after TEXT)",
    "CREATE INDEX IF NOT EXISTS change_of ON change (gtin)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS item_text USING fts5 (name, brand, category, content='',"
        + " contentless_delete=1, detail='column', tokenize='ascii')"
  };

  /** What came with {@code user_version} 3. */
  private static final String[] ATTRIBUTES = {
    "ALTER TABLE item ADD COLUMN attributes TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN origin INTEGER",
    "ALTER TABLE change ADD COLUMN attributes_before TEXT",
    "ALTER TABLE change ADD COLUMN attributes_after TEXT",
    "ALTER TABLE change ADD COLUMN origin INTEGER",
    "UPDATE change SET attributes_before = '' WHERE name_before IS NOT NULL",
    "UPDATE change SET attributes_after = '' WHERE name_after IS NOT NULL"
  };

  private static final String INDEX =
      "CREATE INDEX item_origin ON item (origin) WHERE origin IS NOT NULL";

  /** What came with {@code user_version} 4. */
  private static final String[] FEED = {"ALTER TABLE gone ADD COLUMN origin INTEGER", INDEX};

  /** What came with {@code user_version} 5. */
  private static final String TIMES =
      "ALTER TABLE item ADD COLUMN updated INTEGER NOT NULL DEFAULT 0";

  private static final int REINDEXED = 10_000;

  /** Room for the words of a batch, so that they are written once. */
  private static final int INDEX_BYTES = 16 * 1024 * 1024;

  private static final int USUAL_INDEX_BYTES = 1024 * 1024;

  /** Room for the inner pages of ten million items, so that a lookup reads one page. */
  private static final int CACHE = -4 * 1024;

  private static final int VERSION = 5;

  /** How long an edit waits for who writes before it; its author waits too. */
  private static final int SHORT_MILLIS = 1_000;

  /** How long an import does. */
  private static final int LONG_MILLIS = 600_000;

  private static final int LOOKED_AT_AFTER_STEPS = 10_000;

  /** A connection with the one question that is asked all the time. */
  private record Session(Connection connection, PreparedStatement find) {}

  private final Connection writer;
  private final ReentrantLock writing = new ReentrantLock();
  private final Connection watcher;
  private final BlockingQueue<Session> sessions;
  private final List<Session> all;

  private SqliteStore(Connection writer, Connection watcher, List<Session> sessions) {
    this.writer = writer;
    this.watcher = watcher;
    this.all = List.copyOf(sessions);
    this.sessions = new ArrayBlockingQueue<>(Math.max(1, sessions.size()), false, sessions);
  }

  static SqliteStore open(Path file, int readers) throws SQLException {
    Connection writer = connect(file);
    prepare(writer);
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      Connection connection = connect(file);
      sessions.add(new Session(connection, connection.prepareStatement(FIND)));
    }
    return new SqliteStore(writer, connect(file), sessions);
  }

  /** Makes the tables; of a file that has items and no index yet, the index as well. */
  private static void prepare(Connection writer) throws SQLException {
    try (Statement statement = writer.createStatement()) {
      if (version(statement) >= VERSION) {
        return;
      }
      statement.execute("BEGIN IMMEDIATE");
      try {
        bring(statement, version(statement));
        statement.execute("COMMIT");
      } catch (SQLException failed) {
        rollBack(statement);
        throw failed;
      }
    }
  }

  /** Brings what was made by an older program, or is empty, to what this one has. */
  private static void bring(Statement statement, int from) throws SQLException {
    List<String> parts = new ArrayList<>();
    if (from < 1) {
      parts.addAll(List.of(SCHEMA));
    }
    if (from < 3) {
      parts.addAll(List.of(ATTRIBUTES));
      parts.addAll(List.of(ImportLog.schema("BLOB")));
    }
    if (from < 4) {
      parts.addAll(List.of(FEED));
    }
    if (from < VERSION) {
      parts.add(TIMES);
      parts.add("PRAGMA user_version = " + VERSION);
    }
    for (String part : parts) {
      statement.execute(part);
    }
    if (from < 3) {
      index(statement.getConnection(), from < 1);
    }
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.getInt(1);
    }
  }

  /**
   * Indexes the words of items.
   *
   * @param all whether none are indexed; else only those whose letters have got plain forms
   */
  private static void index(Connection writer, boolean all) throws SQLException {
    try (Statement select = writer.createStatement();
        ResultSet row = select.executeQuery(ALL);
        PreparedStatement text = writer.prepareStatement(SqliteItems.REPLACE_TEXT)) {
      int waiting = 0;
      while (row.next()) {
        Item item = item(row.getLong(1), row, 2);
        if (all || Words.wasFoldedOtherwise(item.name() + item.brand() + item.category())) {
          SqliteItems.bindText(text, item);
          text.addBatch();
          if (++waiting % REINDEXED == 0) {
            text.executeBatch();
          }
        }
      }
      text.executeBatch();
    }
  }

  @Override
  public Optional<Item> find(long gtin) throws SQLException {
    Session session = take();
    try {
      session.find.setLong(1, gtin);
      try (ResultSet row = session.find.executeQuery()) {
        return row.next() ? Optional.of(item(gtin, row, 1)) : Optional.empty();
      }
    } finally {
      sessions.add(session);
    }
  }

  private Session take() throws SQLException {
    try {
      return sessions.take();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while waiting for a connection", interrupted);
    }
  }

  @Override
  <T, E extends Exception> T reading(Work<T, E> work) throws SQLException, E {
    if (all.isEmpty()) {
      lock(LONG_MILLIS);
      try {
        return work.with(writer);
      } finally {
        writing.unlock();
      }
    }
    Session session = take();
    try {
      return work.with(session.connection);
    } finally {
      sessions.add(session);
    }
  }

  @Override
  <T, E extends Exception> T searching(Work<T, E> work) throws SQLException, E {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SEARCH_SECONDS);
    return reading(
        connection -> {
          ProgressHandler.setHandler(
              connection,
              LOOKED_AT_AFTER_STEPS,
              new ProgressHandler() {
                @Override
                protected int progress() {
                  return System.nanoTime() - end > 0 ? 1 : 0;
                }
              });
          try {
            return work.with(connection);
          } finally {
            ProgressHandler.clearHandler(connection);
          }
        });
  }

  @Override
  String alike(String column) {
    return "alike(" + column + ") = ?";
  }

  @Override
  public boolean isBusyBecauseOf(SQLException failure) {
    int code = failure.getErrorCode() & 0xff;
    return code == SQLiteErrorCode.SQLITE_BUSY.code
        || code == SQLiteErrorCode.SQLITE_INTERRUPT.code;
  }

  @Override
  <T, E extends Exception> T writing(Work<T, E> work) throws SQLException, E {
    return writing(work, SHORT_MILLIS);
  }

  @Override
  <T, E extends Exception> T writingLong(Work<T, E> work) throws SQLException, E {
    return writing(work, LONG_MILLIS);
  }

  /**
   * @param wait how long for whoever else writes, in this process and then in another one
   */
  private <T, E extends Exception> T writing(Work<T, E> work, int wait) throws SQLException, E {
    lock(wait);
    try {
      return transaction(work, wait);
    } finally {
      writing.unlock();
    }
  }

  private void lock(int wait) throws SQLException {
    try {
      if (!writing.tryLock(wait, TimeUnit.MILLISECONDS)) {
        throw new SQLException(
            "another transaction of this process writes", null, SQLiteErrorCode.SQLITE_BUSY.code);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while waiting to write", interrupted);
    }
  }

  private <T, E extends Exception> T transaction(Work<T, E> work, int wait) throws SQLException, E {
    try (Statement statement = writer.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + wait);
      statement.execute("BEGIN IMMEDIATE");
      boolean done = false;
      try {
        T result = work.with(writer);
        statement.execute("COMMIT");
        done = true;
        return result;
      } finally {
        if (!done) {
          rollBack(statement);
        }
      }
    }
  }

  /** There is one writer at a time anyway. */
  @Override
  void lock(Connection connection, long gtin) {}

  /** SQLite counts by itself. */
  @Override
  void announce(Connection connection) {}

  @Override
  public long version() throws SQLException {
    synchronized (watcher) {
      try (Statement statement = watcher.createStatement();
          ResultSet row = statement.executeQuery("PRAGMA data_version")) {
        return row.getLong(1);
      }
    }
  }

  @Override
  public void all(Sink sink) throws SQLException, IOException {
    Session session = take();
    try (Statement select = session.connection.createStatement();
        ResultSet row = select.executeQuery(ALL)) {
      while (row.next()) {
        sink.put(item(row.getLong(1), row, 2));
      }
    } finally {
      sessions.add(session);
    }
  }

  @Override
  void put(Connection connection, Item item) throws SQLException {
    try (SqliteItems items = new SqliteItems(connection, null)) {
      items.put(item);
      items.flush();
    }
  }

  @Override
  void remove(Connection connection, long gtin) throws SQLException {
    update(connection, "DELETE FROM item WHERE gtin = ?", gtin);
    update(connection, "DELETE FROM item_text WHERE rowid = ?", gtin);
  }

  @Override
  void putAll(Connection connection, Source source, Optional<Author> origin)
      throws SQLException, IOException {
    Instant at = now();
    Long from = origin.isEmpty() ? null : begin(connection, origin.get(), at);
    try (Statement statement = connection.createStatement();
        SqliteItems items = new SqliteItems(connection, from)) {
      statement.execute("PRAGMA cache_size = -262144");
      indexBytes(statement, INDEX_BYTES);
      // Of ten millions at once, an index is made faster behind them than with each.
      boolean empty = !any(connection, "item");
      if (empty) {
        statement.execute("DROP INDEX item_origin");
      }
      if (from != null) {
        record(statement, from);
      }
      source.giveTo(
          item -> {
            try {
              items.put(from == null ? item : item.updated(at));
            } catch (SQLException failed) {
              throw new IOException(failed.getMessage(), failed);
            }
          });
      items.flush();
      if (empty) {
        statement.execute(INDEX);
      }
      indexBytes(statement, USUAL_INDEX_BYTES);
      // One that is rolled back takes its trigger with it.
      statement.execute("DROP TRIGGER IF EXISTS temp.replaced");
      statement.execute("DROP TRIGGER IF EXISTS temp.came_again");
      statement.execute("PRAGMA cache_size = " + CACHE);
    }
  }

  /** How much of the index is kept before it is written (FTS5, "hashsize"). */
  private static void indexBytes(Statement statement, int bytes) throws SQLException {
    statement.execute("INSERT INTO item_text (item_text, rank) VALUES ('hashsize', " + bytes + ")");
  }

  /**
   * From here on what an import does to items that there are, or that were removed, is recorded.
   */
  private static void record(Statement statement, long origin) throws SQLException {
    String from =
        " FROM change origin, item WHERE origin.id = " + origin + " AND item.gtin = new.gtin;";
    statement.execute(
        "CREATE TEMP TRIGGER replaced AFTER UPDATE OF "
            + columns("", "")
            + " ON main.item BEGIN "
            + ChangeLog.recording()
            + columns("old.", "")
            + ", "
            + columns("new.", "")
            + from
            + " END");
    try (ResultSet gone = statement.executeQuery("SELECT 1 FROM gone LIMIT 1")) {
      if (!gone.next()) {
        return;
      }
    }
    statement.execute(
        "CREATE TEMP TRIGGER came_again AFTER INSERT ON main.item WHEN EXISTS (SELECT 1 FROM gone"
            + " WHERE gtin = new.gtin) BEGIN "
            + ChangeLog.recording()
            + ChangeLog.NOTHING
            + ", "
            + columns("new.", "")
            + from
            + " UPDATE item SET origin = coalesce((SELECT origin FROM gone WHERE gtin = new.gtin),"
            + " origin) WHERE gtin = new.gtin; DELETE FROM gone WHERE gtin = new.gtin; END");
  }

  /** Gives the disk back what a transaction took that was rolled back. */
  void shrink() {
    try (Statement statement = writer.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException failed) {
      LOG.warn("the log of {} could not be cut", writer, failed);
    }
  }

  @Override
  Text text(Search search) {
    List<String> terms = new ArrayList<>();
    search
        .words()
        .forEach(word -> terms.add('"' + word + '"' + (Words.isBeginning(word) ? " *" : "")));
    // Brand and category have no index of their own.
    Words.of(search.brand()).forEach(word -> terms.add("brand : \"" + word + '"'));
    Words.of(search.category()).forEach(word -> terms.add("category : \"" + word + '"'));
    return terms.isEmpty()
        ? Text.NONE
        : new Text(
            "item_text CROSS JOIN item ON item.gtin = item_text.rowid",
            "item_text.rowid",
            "item_text MATCH ?",
            String.join(" AND ", terms));
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    config.setCacheSize(CACHE);
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    Function.create(
        connection,
        "alike",
        new Function() {
          @Override
          protected void xFunc() throws SQLException {
            result(Search.alike(value_text(0)));
          }
        },
        1,
        Function.FLAG_DETERMINISTIC);
    return connection;
  }

  /** A full disk has rolled back already; then this fails, and must not hide what had failed. */
  private static void rollBack(Statement statement) {
    try {
      statement.execute("ROLLBACK");
    } catch (SQLException nothingToRollBack) {
      LOG.debug("nothing was rolled back", nothingToRollBack);
    }
  }

  @Override
  public void close() {
    for (Session session : all) {
      closeQuietly(session.connection);
    }
    closeQuietly(watcher);
    closeQuietly(writer);
  }

  /** At the end there is nobody left to tell, and WAL keeps what was committed. */
  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException failed) {
      LOG.warn("the catalogue did not close", failed);
    }
  }
}
