package io.sluice.gtin.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of the last imports, kept beside the items: that one is done is written in the
 * transaction of its rows, so whoever is killed and comes back knows which of both it was.
 */
final class ImportLog {
  static final int REMEMBERED = 100;

  /** After this without a word from it, whoever was running an import is taken for dead. */
  static final long SILENT_MILLIS = 60_000;

  private static final JsonMapper JSON = new JsonMapper();
  private static final int PART_BYTES = 256 * 1024;

  private ImportLog() {}

  /** The tables, in a dialect that both databases speak but for the name of a column of bytes. */
  static String[] schema(String bytes) {
    return new String[] {
      "CREATE TABLE IF NOT EXISTS import_log (id TEXT PRIMARY KEY, told BIGINT NOT NULL, ended"
          + " INTEGER NOT NULL, status TEXT NOT NULL)",
      "CREATE TABLE IF NOT EXISTS import_rejects (id TEXT NOT NULL, part INTEGER NOT NULL, bytes "
          + bytes
          + " NOT NULL, PRIMARY KEY (id, part))"
    };
  }

  /**
   * Writes how an import is, in the place of how it was; once it is over, it stays so.
   *
   * @param rejects the file of its rejected rows; null for none, yet or at all
   */
  static void put(Connection connection, ImportStatus status, @Nullable Path rejects)
      throws SQLException {
    try (PreparedStatement put =
        connection.prepareStatement(
            "INSERT INTO import_log (id, told, ended, status) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
                + " DO UPDATE SET told = excluded.told, ended = excluded.ended, status ="
                + " excluded.status WHERE import_log.ended = 0")) {
      put.setString(1, status.id());
      put.setLong(2, System.currentTimeMillis());
      put.setInt(3, status.state().isOver() ? 1 : 0);
      put.setString(4, JSON.writeValueAsString(status));
      boolean first = put.executeUpdate() == 1;
      if (first && rejects != null) {
        putRejects(connection, status.id(), rejects);
      }
    } catch (IOException failed) {
      throw new SQLException(failed.getMessage(), failed);
    }
    forgetOld(connection);
  }

  private static void putRejects(Connection connection, String id, Path rejects)
      throws SQLException, IOException {
    try (InputStream in = Files.newInputStream(rejects);
        PreparedStatement put =
            connection.prepareStatement(
                "INSERT INTO import_rejects (id, part, bytes) VALUES (?, ?, ?)")) {
      int part = 0;
      for (byte[] bytes = in.readNBytes(PART_BYTES);
          bytes.length > 0;
          bytes = in.readNBytes(PART_BYTES)) {
        put.setString(1, id);
        put.setInt(2, part++);
        put.setBytes(3, bytes);
        put.executeUpdate();
      }
    }
  }

  private static void forgetOld(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int gone =
          statement.executeUpdate(
              "DELETE FROM import_log WHERE id NOT IN (SELECT id FROM import_log ORDER BY told DESC"
                  + " LIMIT "
                  + REMEMBERED
                  + ")");
      if (gone > 0) {
        statement.executeUpdate(
            "DELETE FROM import_rejects WHERE id NOT IN (SELECT id FROM import_log)");
      }
    }
  }

  static Optional<ImportStatus> find(Connection connection, String id) throws SQLException {
    try (PreparedStatement find =
        connection.prepareStatement("SELECT told, status FROM import_log WHERE id = ?")) {
      find.setString(1, id);
      try (ResultSet row = find.executeQuery()) {
        return row.next() ? Optional.of(status(row)) : Optional.empty();
      }
    }
  }

  /** Those that are remembered, the youngest first. */
  static List<ImportStatus> all(Connection connection) throws SQLException {
    List<ImportStatus> all = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery("SELECT told, status FROM import_log ORDER BY told DESC")) {
      while (row.next()) {
        all.add(status(row));
      }
    }
    return all;
  }

  private static ImportStatus status(ResultSet row) throws SQLException {
    ImportStatus status;
    try {
      status = JSON.readValue(row.getString(2), ImportStatus.class);
    } catch (JsonProcessingException failed) {
      throw new SQLException(failed.getMessage(), failed);
    }
    boolean silent = System.currentTimeMillis() - row.getLong(1) > SILENT_MILLIS;
    return silent && !status.state().isOver()
        ? status.failed("the service that ran it is gone; nothing was changed")
        : status;
  }

  /** Writes an import's rejected rows; false where nothing is known of any. */
  static boolean rejects(Connection connection, String id, OutputStream into)
      throws SQLException, IOException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT bytes FROM import_rejects WHERE id = ? AND part = ?")) {
      for (int part = 0; ; part++) {
        select.setString(1, id);
        select.setInt(2, part);
        try (ResultSet row = select.executeQuery()) {
          if (!row.next()) {
            return part > 0;
          }
          into.write(row.getBytes(1));
        }
      }
    }
  }
}
