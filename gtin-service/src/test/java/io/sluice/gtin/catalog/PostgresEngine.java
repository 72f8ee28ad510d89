package io.sluice.gtin.catalog;

import io.sluice.testkit.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A server of its own. */
class PostgresEngine implements Engine {
  final Postgres postgres = Postgres.start();

  /** Where the store finds it. */
  String url() {
    return postgres.url();
  }

  @Override
  public ItemStore open() throws SQLException {
    PostgresStore shared = PostgresStore.at(CatalogueAddress.of(url()), 4);
    shared.prepare();
    return shared;
  }

  @Override
  public void empty(ItemStore store) throws SQLException {
    ((PostgresStore) store)
        .writing(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(
                    "TRUNCATE item, gone, change, import_log, import_rejects");
              }
            });
  }

  @Override
  public AutoCloseable busy() throws SQLException {
    Connection other = DriverManager.getConnection(postgres.url());
    other.setAutoCommit(false);
    other
        .createStatement()
        .execute("SELECT pg_advisory_xact_lock(" + PostgresStore.IMPORT_LOCK + ")");
    return other;
  }

  @Override
  public void close() {
    postgres.close();
  }

  @Override
  public String toString() {
    return "PostgreSQL";
  }
}
