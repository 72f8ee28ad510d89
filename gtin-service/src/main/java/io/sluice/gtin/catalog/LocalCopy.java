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
    boolean opened = false;
    FileChannel lock =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    try {
      if (!isFree(lock)) {
        throw new IOException(
            file + ": found another service's local copy, expected one of its own (--local-copy)");
      }
      LocalCopy copy = new LocalCopy(SqliteStore.open(file, readers + 1), lock, origin);
      opened = true;
      return copy;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
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

  /** What it has. */
  ItemStore items() {
    return store;
  }

  /** Whether it has what the catalogue was at a version. */
  boolean isAt(long version) {
    Position has = position;
    return has != null && has.version() == version;
  }

  /** Takes the step to what the catalogue is now. */
  void follow(PostgresStore shared) throws SQLException, IOException {
    boolean done = false;
    try {
      position = shared.atOneMoment(this::step);
      done = true;
    } finally {
      if (!done) {
        store.shrink();
      }
    }
  }

  private Position step(Moment there) throws SQLException, IOException {
    Position from = position;
    Position to = there.position();
    List<Moment.Now> changes = from == null ? null : there.changes(from, to);
    store.reading(
        before ->
            store.writingLong(
                here -> {
                  if (changes == null) {
                    takeOver(there, before, here);
                  } else {
                    for (Moment.Now each : changes) {
                      store.set(here, each.gtin(), each.item());
                    }
                  }
                  keep(here, to);
                  return true;
                }));
    if (changes == null) {
      LOG.info("the local copy is whole: {} items", store.count());
    }
    return to;
  }

  private void takeOver(Moment there, Connection before, Connection here)
      throws SQLException, IOException {
    try (Difference difference = new Difference(before)) {
      store.putAll(
          here,
          changed -> {
            there.all(item -> difference.with(item, changed));
            difference.end();
          },
          Optional.empty());
      for (long gtin : difference.gone()) {
        store.remove(here, gtin);
      }
      try (Statement statement = here.createStatement();
          PreparedStatement insert = here.prepareStatement("INSERT INTO gone (gtin) VALUES (?)")) {
        statement.executeUpdate("DELETE FROM gone");
        there.gone(
            gtin -> {
              insert.setLong(1, gtin);
              insert.executeUpdate();
            });
      }
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
