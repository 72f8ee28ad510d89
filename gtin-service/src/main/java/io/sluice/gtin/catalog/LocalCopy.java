package io.sluice.gtin.catalog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole of a shared catalogue in a file beside this process, for when the database is away.
 * Each step forward is one transaction, so what the copy has was so at one moment: the changes
 * since the last step where these account for all that happened, else (after an import) every row
 * that differs. One thread follows; any may read. Blocking.
 */
final class LocalCopy {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCopy.class);

  private final SqliteStore store;
  private final FileChannel lock;
  private final String origin;
  private volatile @Nullable Position position;

  private LocalCopy(SqliteStore store, FileChannel lock, String origin) throws SQLException {
    this.store = store;
    this.lock = lock;
    this.origin = origin;
    this.position = store.writing(connection -> kept(connection, origin)).orElse(null);
  }

  /**
   * Opens the copy in a file; makes it if there is none.
   *
   * @param origin what it is a copy of; that of anything else is not believed
   * @param readers how many threads read at once
   * @throws IOException when another service has it
   */
  static LocalCopy open(Path file, String origin, int readers) throws IOException, SQLException {
    FileChannel lock =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    if (!isFree(lock)) {
      lock.close();
      throw new IOException(
          file + ": found another service's local copy, expected one of its own (--local-copy)");
    }
    return new LocalCopy(SqliteStore.open(file, readers + 1), lock, origin);
  }

  private static boolean isFree(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException thisProcess) {
      return false;
    }
  }

  private static Optional<Position> kept(Connection connection, String origin) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS copied (origin TEXT, version INTEGER, change INTEGER)");
      try (ResultSet row = statement.executeQuery("SELECT origin, version, change FROM copied")) {
        return row.next() && origin.equals(row.getString(1))
            ? Optional.of(new Position(row.getLong(2), row.getLong(3)))
            : Optional.empty();
      }
    }
  }

  /** Whether it has ever had everything. */
  boolean isWhole() {
    return position != null;
  }

  boolean isAt(Position other) {
    return other.equals(position);
  }

  /** What it has. */
  ItemStore items() {
    return store;
  }

  /** Takes the step to what the catalogue is now. */
  void follow(PostgresStore shared) throws SQLException {
    Position now =
        shared.atOneMoment(
            there -> {
              Position to = PostgresStore.position(there);
              Position from = position;
              return to.equals(from) ? to : step(shared, there, from, to);
            });
    position = now;
  }

  private Position step(
      PostgresStore shared, Connection there, @Nullable Position from, Position to)
      throws SQLException {
    List<PostgresStore.Now> changes = from == null ? null : PostgresStore.changes(there, from, to);
    return store.reading(
        before ->
            store.writing(
                here -> {
                  if (changes == null) {
                    takeOver(shared, there, before, here);
                  } else {
                    for (PostgresStore.Now each : changes) {
                      store.set(here, each.gtin(), each.item());
                    }
                  }
                  keep(here, to);
                  return to;
                }));
  }

  private void takeOver(PostgresStore shared, Connection there, Connection before, Connection here)
      throws SQLException {
    try (Difference difference = new Difference(before)) {
      store.putAll(
          here,
          changed -> {
            shared.all(there, item -> difference.with(item, changed));
            difference.end();
          });
      for (long gtin : difference.gone()) {
        store.remove(here, gtin);
      }
      try (Statement statement = here.createStatement();
          PreparedStatement insert = here.prepareStatement("INSERT INTO gone (gtin) VALUES (?)")) {
        statement.executeUpdate("DELETE FROM gone");
        PostgresStore.gone(
            there,
            gtin -> {
              insert.setLong(1, gtin);
              insert.executeUpdate();
            });
      }
      LOG.info("the local copy is whole");
    } catch (IOException failed) {
      throw new SQLException(failed.getMessage(), failed);
    }
  }

  private void keep(Connection here, Position to) throws SQLException {
    try (Statement statement = here.createStatement();
        PreparedStatement insert =
            here.prepareStatement(
                "INSERT INTO copied (origin, version, change) VALUES (?, ?, ?)")) {
      statement.executeUpdate("DELETE FROM copied");
      insert.setString(1, origin);
      insert.setLong(2, to.version());
      insert.setLong(3, to.change());
      insert.executeUpdate();
    }
  }

  void close() {
    store.close();
    try {
      lock.close();
    } catch (IOException failed) {
      LOG.warn("the local copy's lock did not close", failed);
    }
  }
}
