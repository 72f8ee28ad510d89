package io.sluice.gtin.catalog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogue in PostgreSQL, or in an engine that speaks its protocol, shared by many processes.
 * Every transaction that changes something also raises the one number in {@code catalogue_version},
 * which is how the others learn of it, and notifies channel {@value #CHANNEL}, which is how they
 * learn of it sooner.
 */
final class PostgresStore extends SqlStore {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresStore.class);
  private static final int HEAR_MILLIS = 1_000;

  static final String CHANNEL = "catalogue";

  private static final long SCHEMA_LOCK = 0x736c75696365L;
  private static final String[] SCHEMA = {
    "CREATE TABLE IF NOT EXISTS item (gtin BIGINT PRIMARY KEY, name TEXT NOT NULL, brand TEXT NOT"
        + " NULL, category TEXT NOT NULL, words TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS item_words ON item USING GIN (words)",
    "DROP INDEX IF EXISTS item_brand",
    "DROP INDEX IF EXISTS item_category",
    "CREATE INDEX IF NOT EXISTS item_brand_alike ON item (lower(brand), gtin)",
    "CREATE INDEX IF NOT EXISTS item_category_alike ON item (lower(category), gtin)",
    "CREATE TABLE IF NOT EXISTS gone (gtin BIGINT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS change (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at"
        + " TEXT NOT NULL, who TEXT NOT NULL, request TEXT NOT NULL, gtin BIGINT NOT NULL,"
        + " name_before TEXT, brand_before TEXT, category_before TEXT, name_after TEXT,"
        + " brand_after TEXT, category_after TEXT)",
    "CREATE INDEX IF NOT EXISTS change_of ON change (gtin)",
    "ALTER TABLE item ADD COLUMN IF NOT EXISTS attributes TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN IF NOT EXISTS origin BIGINT",
    "ALTER TABLE gone ADD COLUMN IF NOT EXISTS origin BIGINT",
    "ALTER TABLE item ADD COLUMN IF NOT EXISTS updated BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX IF NOT EXISTS item_origin ON item (origin, gtin) WHERE origin IS NOT NULL",
    "ALTER TABLE change ADD COLUMN IF NOT EXISTS origin BIGINT",
    "ALTER TABLE change ADD COLUMN IF NOT EXISTS attributes_before TEXT",
    "ALTER TABLE change ADD COLUMN IF NOT EXISTS attributes_after TEXT",
    "UPDATE change SET attributes_before = '' WHERE name_before IS NOT NULL AND attributes_before"
        + " IS NULL",
    "UPDATE change SET attributes_after = '' WHERE name_after IS NOT NULL AND attributes_after IS"
        + " NULL",
    "CREATE TABLE IF NOT EXISTS catalogue_version (version BIGINT NOT NULL)",
    "INSERT INTO catalogue_version SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM catalogue_version)"
  };

  /** A lock was not to be had, or a statement took too long (SQLSTATE). */
  private static final Set<String> BUSY = Set.of("55P03", "57014");

  /** An item that is there as it is to be is not written; who brought it first stays known. */
  private static final String REPLACE =
      " ON CONFLICT (gtin) DO UPDATE SET name = excluded.name, brand = excluded.brand, category ="
          + " excluded.category, attributes = excluded.attributes, updated = excluded.updated,"
          + " words = excluded.words WHERE "
          + differsFrom("excluded.");

  /** The last thing that is made; a catalogue of an older program has less, or none of it. */
  private static final String SCHEMA_TABLE = "catalogue_schema_5";

  /** As many servers may fail while one thing is looked up, but for one. */
  private static final int ATTEMPTS = 4;

  /** What a server says of itself since PostgreSQL 14. */
  private static final String STANDBY = "in_hot_standby";

  private static final int COPIED_BYTES = 64 * 1024;

  /** Ten millions may have to be sorted before the first row comes. */
  private static final int MOST_SILENT_MILLIS = 600_000;

  /** Who edits one item shares this lock; who imports has it alone for the last part. */
  static final long IMPORT_LOCK = SCHEMA_LOCK + 1;

  /** To the server that takes writes. */
  private final HikariDataSource pool;

  /** To a server that may be a replica of it; the same where there is only one. */
  private final HikariDataSource lookups;

  /** For what may take minutes: imports and copies. */
  private final HikariDataSource patient;

  private boolean prepared;
  private volatile boolean replica;

  private PostgresStore(HikariDataSource pool, HikariDataSource lookups, HikariDataSource patient) {
    this.pool = pool;
    this.lookups = lookups;
    this.patient = patient;
  }

  /**
   * The catalogue there; nothing is asked of it yet.
   *
   * @param connections at most so many at a time
   */
  static PostgresStore at(CatalogueAddress address, int connections) {
    // A database that is silent is away; only an import and a copy may take their time.
    HikariConfig quick = config(address, "catalogue", connections);
    quick.addDataSourceProperty("socketTimeout", "5");
    HikariConfig patient = config(address, "patient", 2);
    patient.setMinimumIdle(0);
    if (!address.isReplicated()) {
      HikariDataSource only = new HikariDataSource(quick);
      return new PostgresStore(only, only, new HikariDataSource(patient));
    }
    HikariConfig lookups = config(address, "lookups", connections);
    lookups.addDataSourceProperty("socketTimeout", "5");
    lookups.addDataSourceProperty("targetServerType", "preferSecondary");
    quick.addDataSourceProperty("targetServerType", "primary");
    patient.addDataSourceProperty("targetServerType", "primary");
    return new PostgresStore(
        new HikariDataSource(quick), new HikariDataSource(lookups), new HikariDataSource(patient));
  }

  /** Whether an item differs from another row, as a condition. */
  private static String differsFrom(String other) {
    return FIELDS.stream()
        .map(name -> "item." + name + " IS DISTINCT FROM " + other + name)
        .collect(Collectors.joining(" OR ", "(", ")"));
  }

  private static HikariConfig config(CatalogueAddress address, String name, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(address.place());
    if (address.password() != null) {
      config.setPassword(address.password());
    }
    config.setMaximumPoolSize(connections);
    config.setPoolName(name);
    config.setConnectionTimeout(2_000);
    config.setValidationTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("ApplicationName", "gtin-service");
    config.addDataSourceProperty("connectTimeout", "2");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    // A pooler may give the session that knows a statement by its name to somebody else, whose own
    // statement of this name it would run then. Whoever has none may say otherwise in the place.
    config.addDataSourceProperty("prepareThreshold", "0");
    // Of several servers: one that was a replica a moment ago may be the primary now.
    config.addDataSourceProperty("hostRecheckSeconds", "1");
    return config;
  }

  /** Makes the tables where there are none. */
  synchronized void prepare() throws SQLException {
    if (prepared) {
      return;
    }
    // A replica has what its primary had, which may be away.
    boolean before =
        looking(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return isPrepared(statement);
              }
            });
    if (before) {
      prepared = true;
      return;
    }
    transaction(
        pool,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            // To make what is there already would wait for an import, and many at once would.
            if (isPrepared(statement)) {
              return true;
            }
            statement.execute("SELECT pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
            for (String part : SCHEMA) {
              statement.execute(part);
            }
            for (String part : ImportLog.schema("BYTEA")) {
              statement.execute(part);
            }
            foldAgain(connection);
            statement.execute("CREATE TABLE IF NOT EXISTS " + SCHEMA_TABLE + " ()");
          }
          return true;
        });
    prepared = true;
  }

  /** Words whose letters have got plain forms are found under these. */
  private static void foldAgain(Connection connection) throws SQLException {
    try (Statement select = connection.createStatement();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE item SET words = to_tsvector('simple', ?) WHERE gtin = ?")) {
      select.setFetchSize(Moment.FETCHED_ROWS);
      try (ResultSet row = select.executeQuery(ALL)) {
        while (row.next()) {
          Item item = item(row.getLong(1), row, 2);
          if (Words.wasFoldedOtherwise(item.name() + item.brand() + item.category())) {
            update.setString(1, words(item));
            update.setLong(2, item.gtin().value());
            update.executeUpdate();
          }
        }
      }
    }
  }

  /** Whether the table is there that is made last. */
  private static boolean isPrepared(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND"
                + " table_name = '"
                + SCHEMA_TABLE
                + "'")) {
      return row.next();
    }
  }

  @Override
  <T, E extends Exception> T reading(Work<T, E> work) throws SQLException, E {
    try (Connection connection = pool.getConnection()) {
      return work.with(connection);
    }
  }

  /** A server that fails takes no lookup with it: the next connection is to another one. */
  @Override
  <T, E extends Exception> T looking(Work<T, E> work) throws SQLException, E {
    for (int left = isReplicated() ? ATTEMPTS : 1; ; left--) {
      try (Connection connection = lookups.getConnection()) {
        T result = work.with(connection);
        replica = "on".equals(connection.unwrap(PGConnection.class).getParameterStatus(STANDBY));
        return result;
      } catch (SQLException failed) {
        if (left == 1 || !isLost(failed)) {
          throw failed;
        }
        LOG.info("a server of the catalogue failed: {}", failed.getMessage());
        lookups.getHikariPoolMXBean().softEvictConnections();
      }
    }
  }

  /** A connection that is gone, a server that ends, or a replica whose state was taken away. */
  private static boolean isLost(SQLException failed) {
    String state = failed.getSQLState();
    return state == null || state.matches("08...|57P0.|40001");
  }

  @Override
  public boolean isReplicated() {
    return lookups != pool;
  }

  @Override
  public boolean isReplica() {
    return replica;
  }

  /**
   * The driver keeps to the statement's own time. One search takes one processor: with as many
   * helpers as a server would give it, it would keep lookups waiting.
   */
  @Override
  <T, E extends Exception> T searching(Work<T, E> work) throws SQLException, E {
    return looking(
        connection -> {
          connection.setAutoCommit(false);
          try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL max_parallel_workers_per_gather = 0");
            return work.with(connection);
          } finally {
            rollBack(connection);
          }
        });
  }

  @Override
  String alike(String column) {
    return "lower(" + column + ") = ?";
  }

  @Override
  public boolean isBusyBecauseOf(SQLException failure) {
    return BUSY.contains(String.valueOf(failure.getSQLState()));
  }

  @Override
  <T, E extends Exception> T writing(Work<T, E> work) throws SQLException, E {
    return transaction(
        pool,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '1s'");
          }
          return work.with(connection);
        });
  }

  @Override
  <T, E extends Exception> T writingLong(Work<T, E> work) throws SQLException, E {
    return transaction(patient, work);
  }

  @Override
  void announce(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE catalogue_version SET version = version + 1");
      statement.execute("NOTIFY " + CHANNEL);
    }
  }

  private static <T, E extends Exception> T transaction(HikariDataSource from, Work<T, E> work)
      throws SQLException, E {
    try (Connection connection = from.getConnection()) {
      connection.setAutoCommit(false);
      boolean done = false;
      try {
        T result = work.with(connection);
        connection.commit();
        done = true;
        return result;
      } finally {
        if (!done) {
          rollBack(connection);
        }
      }
    }
  }

  /** What had failed is what is to be known, and a connection that is gone has rolled back. */
  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException failed) {
      LOG.debug("nothing was rolled back", failed);
    }
  }

  /**
   * Whether a failure is that of a database that is away, and not of one that refuses: its
   * password, its name, its rights (SQLSTATE classes 28, 3D and 42).
   */
  static boolean isAway(SQLException failed) {
    for (Throwable each = failed; each != null; each = each.getCause()) {
      String state = each instanceof SQLException one ? one.getSQLState() : null;
      if (state != null && state.matches("(28|3D|42).*")) {
        return false;
      }
    }
    return true;
  }

  @Override
  void lock(Connection connection, long gtin) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "SELECT pg_advisory_xact_lock_shared(" + IMPORT_LOCK + "), pg_advisory_xact_lock(?)")) {
      lock.setLong(1, gtin);
      lock.execute();
    }
  }

  @Override
  public long version() throws SQLException {
    // It may have been away when this began.
    prepare();
    return looking(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery("SELECT version FROM catalogue_version")) {
            return row.next() ? row.getLong(1) : 0;
          }
        });
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public boolean isAwayBecauseOf(SQLException failure) {
    return isAway(failure);
  }

  /** Holds a connection for it. */
  @Override
  public void hear(Runnable changed, BooleanSupplier wanted) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + CHANNEL);
      while (wanted.getAsBoolean()) {
        connection.unwrap(PGConnection.class).getNotifications(HEAR_MILLIS);
        changed.run();
      }
    }
  }

  @Override
  public void all(Sink sink) throws SQLException, IOException {
    atOneMoment(
        moment -> {
          moment.all(sink);
          return true;
        });
  }

  /** What is done with what was so at one moment. */
  interface Look<T, E extends Exception> {
    T at(Moment moment) throws SQLException, E;
  }

  /** Reads what was so at one moment, however long it takes. */
  <T, E extends Exception> T atOneMoment(Look<T, E> look) throws SQLException, E {
    try (Connection connection = patient.getConnection()) {
      connection.setNetworkTimeout(Runnable::run, MOST_SILENT_MILLIS);
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        // Of this transaction, and not of a session that a pooler gives to others.
        statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        return look.at(new Moment(connection));
      } finally {
        rollBack(connection);
      }
    }
  }

  @Override
  void put(Connection connection, Item item) throws SQLException {
    try (PreparedStatement put =
        connection.prepareStatement(
            "INSERT INTO item (gtin, name, brand, category, attributes, updated, words) VALUES (?,"
                + " ?, ?, ?, ?, ?, to_tsvector('simple', ?))"
                + REPLACE)) {
      put.setLong(1, item.gtin().value());
      int at = 2;
      for (String field : item.fields()) {
        put.setString(at++, field);
      }
      put.setLong(at++, item.updated());
      put.setString(at, words(item));
      put.executeUpdate();
    }
  }

  private static String words(Item item) {
    return Words.folded(item.name() + ' ' + item.brand() + ' ' + item.category());
  }

  @Override
  void remove(Connection connection, long gtin) throws SQLException {
    update(connection, "DELETE FROM item WHERE gtin = ?", gtin);
  }

  /** By way of a table of this transaction's own, as COPY replaces nothing. */
  @Override
  void putAll(Connection connection, Source source, Optional<Author> origin)
      throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE incoming (row BIGINT, gtin BIGINT, name TEXT, brand TEXT,"
              + " category TEXT, attributes TEXT, words TEXT) ON COMMIT DROP");
      CopyIn copy =
          connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY incoming FROM STDIN");
      try {
        long[] row = {0};
        StringBuilder lines = new StringBuilder();
        source.giveTo(
            item -> {
              lines.append(row[0]++).append('\t').append(item.gtin().value());
              for (String text : item.fields()) {
                escape(text, lines.append('\t'));
              }
              escape(words(item), lines.append('\t'));
              if (lines.append('\n').length() > COPIED_BYTES) {
                send(copy, lines);
              }
            });
        send(copy, lines);
        copy.endCopy();
      } finally {
        if (copy.isActive()) {
          copy.cancelCopy();
        }
      }
      statement.execute("SELECT pg_advisory_xact_lock(" + IMPORT_LOCK + ")");
      Instant at = now();
      Long from = origin.isEmpty() ? null : begin(connection, origin.get(), at);
      if (from != null) {
        statement.executeUpdate(
            ChangeLog.recording()
                + columns("item.", "")
                + ", "
                + columns("new.", "")
                + " FROM (SELECT DISTINCT ON (gtin) * FROM incoming ORDER BY gtin, row DESC) new"
                + " JOIN item ON item.gtin = new.gtin AND "
                + differsFrom("new.")
                + " JOIN change origin ON origin.id = "
                + from);
      }
      statement.executeUpdate(
          "INSERT INTO item (gtin, name, brand, category, attributes, updated, words, origin)"
              + " SELECT DISTINCT ON (gtin) gtin, name, brand, category, attributes, "
              + at.toEpochMilli()
              + ", to_tsvector('simple', words), CAST("
              + from
              + " AS BIGINT) FROM incoming ORDER BY gtin, row DESC"
              + REPLACE);
    }
  }

  private static void send(CopyIn copy, StringBuilder lines) throws IOException {
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    lines.setLength(0);
    try {
      copy.writeToCopy(bytes, 0, bytes.length);
    } catch (SQLException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  private static void escape(String text, StringBuilder into) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> into.append("\\\\");
        case '\t' -> into.append("\\t");
        case '\n' -> into.append("\\n");
        case '\r' -> into.append("\\r");
        default -> into.append(c);
      }
    }
  }

  @Override
  Text text(Search search) {
    return search.words().isEmpty()
        ? Text.NONE
        : new Text(
            "item",
            "item.gtin",
            "words @@ to_tsquery('simple', ?)",
            search.words().stream()
                .map(word -> "'" + word + "'" + (Words.isBeginning(word) ? ":*" : ""))
                .collect(Collectors.joining(" & ")));
  }

  @Override
  public void close() {
    patient.close();
    lookups.close();
    pool.close();
  }
}
