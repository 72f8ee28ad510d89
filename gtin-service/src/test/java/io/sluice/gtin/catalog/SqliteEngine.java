package io.sluice.gtin.catalog;

import io.sluice.testkit.TestFolder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A file, another one for each test. */
final class SqliteEngine implements Engine {
  private final Path folder = TestFolder.make("sqlite");
  private int emptied;

  private Path file() {
    return folder.resolve(emptied + ".db");
  }

  @Override
  public ItemStore open() throws SQLException {
    return SqliteStore.open(file(), 4);
  }

  @Override
  public void empty(ItemStore store) {
    emptied++;
  }

  @Override
  public AutoCloseable busy() throws SQLException {
    Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
    other.createStatement().execute("BEGIN IMMEDIATE");
    return other;
  }

  @Override
  public void close() {
    TestFolder.remove(folder);
  }

  @Override
  public String toString() {
    return "SQLite";
  }
}
