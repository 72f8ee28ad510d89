package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.sqlite.SQLiteConfig;

/**
 * The catalogue's table in one SQLite file, in write-ahead mode, with one connection and prepared
 * statement for each reading thread. Blocking; called from the catalogue's threads.
 */
final class SqliteStore implements AutoCloseable {
  private static final String SCHEMA =
      "CREATE TABLE IF NOT EXISTS item (gtin INTEGER PRIMARY KEY, name TEXT NOT NULL, brand TEXT"
          + " NOT NULL, category TEXT NOT NULL)";
  private static final String FIND = "SELECT name, brand, category FROM item WHERE gtin = ?";
  private static final String INSERT =
      "INSERT INTO item (gtin, name, brand, category) VALUES (?, ?, ?, ?)";

  private static final String REPLACE =
      "INSERT OR REPLACE INTO item (gtin, name, brand, category) VALUES (?, ?, ?, ?)";
  private static final int BATCH = 10_000;

  /** A connection with the one question that is asked all the time. */
  private record Session(Connection connection, PreparedStatement find) {}

  private final Connection writer;
  private final BlockingQueue<Session> sessions;
  private final List<Session> all;

  private SqliteStore(Connection writer, List<Session> sessions) {
    this.writer = writer;
    this.all = List.copyOf(sessions);
    this.sessions = new ArrayBlockingQueue<>(Math.max(1, sessions.size()), false, sessions);
  }

  static SqliteStore open(Path file, int readers) throws SQLException {
    Connection writer = connect(file);
    try (Statement statement = writer.createStatement()) {
      statement.execute(SCHEMA);
    }
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      Connection connection = connect(file);
      sessions.add(new Session(connection, connection.prepareStatement(FIND)));
    }
    return new SqliteStore(writer, sessions);
  }

  Optional<Item> find(long gtin) throws SQLException {
    Session session = sessions.poll();
    if (session == null) {
      throw new SQLException("more threads than connections");
    }
    try {
      session.find.setLong(1, gtin);
      try (ResultSet row = session.find.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Item(new Gtin(gtin), row.getString(1), row.getString(2), row.getString(3)))
            : Optional.empty();
      }
    } finally {
      sessions.add(session);
    }
  }

  /** A number that is another one after any other connection has changed the file. */
  synchronized long version() throws SQLException {
    try (Statement statement = writer.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA data_version")) {
      return row.getLong(1);
    }
  }

  synchronized long count() throws SQLException {
    try (Statement statement = writer.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM item")) {
      return row.getLong(1);
    }
  }

  /**
   * Inserts all items in one transaction if the table is empty, which two processes may try at
   * once.
   */
  synchronized int insertIfEmpty(List<Item> items) throws SQLException {
    try (Statement begin = writer.createStatement()) {
      begin.execute("BEGIN IMMEDIATE");
      try {
        int inserted = count() == 0 ? insert(items) : 0;
        begin.execute("COMMIT");
        return inserted;
      } catch (SQLException failed) {
        begin.execute("ROLLBACK");
        throw failed;
      }
    }
  }

  /** Gives items one by one. */
  interface Source {
    void giveTo(Sink sink) throws IOException, SQLException;
  }

  /** Takes an item; the last one with a number counts. */
  interface Sink {
    void put(Item item) throws IOException;
  }

  /**
   * Puts all items of a source in, in the place of those with the same numbers, in one transaction.
   *
   * @return how many there were not before
   */
  synchronized long replaceAll(Source source) throws SQLException, IOException {
    try (Statement statement = writer.createStatement()) {
      statement.execute("PRAGMA cache_size = -262144");
      statement.execute("BEGIN IMMEDIATE");
      boolean done = false;
      try (PreparedStatement replace = writer.prepareStatement(REPLACE)) {
        long before = count();
        int[] waiting = {0};
        source.giveTo(item -> put(replace, item, waiting));
        replace.executeBatch();
        long added = count() - before;
        statement.execute("COMMIT");
        done = true;
        return added;
      } finally {
        if (!done) {
          rollBack(statement);
        }
      }
    }
  }

  /** A full disk has rolled back already; then this fails, and must not hide what had failed. */
  private static void rollBack(Statement statement) {
    try {
      statement.execute("ROLLBACK");
    } catch (SQLException nothingToRollBack) {
      System.getLogger(SqliteStore.class.getName())
          .log(System.Logger.Level.DEBUG, "nothing was rolled back", nothingToRollBack);
    }
  }

  private static void put(PreparedStatement replace, Item item, int[] waiting) throws IOException {
    try {
      bind(replace, item);
      replace.addBatch();
      if (++waiting[0] == BATCH) {
        replace.executeBatch();
        waiting[0] = 0;
      }
    } catch (SQLException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  private static void bind(PreparedStatement statement, Item item) throws SQLException {
    statement.setLong(1, item.gtin().value());
    statement.setString(2, item.name());
    statement.setString(3, item.brand());
    statement.setString(4, item.category());
  }

  private int insert(List<Item> items) throws SQLException {
    try (PreparedStatement insert = writer.prepareStatement(INSERT)) {
      for (Item item : items) {
        bind(insert, item);
        insert.addBatch();
      }
      return insert.executeBatch().length;
    }
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  @Override
  public void close() {
    for (Session session : all) {
      closeQuietly(session.connection);
    }
    closeQuietly(writer);
  }

  /** At the end there is nobody left to tell, and WAL keeps what was committed. */
  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException failed) {
      System.getLogger(SqliteStore.class.getName())
          .log(System.Logger.Level.WARNING, "the catalogue did not close", failed);
    }
  }
}
