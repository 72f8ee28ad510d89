package io.sluice.gtin.catalog;

import io.sluice.testkit.PgBouncer;

/** A server behind a pooler that gives each transaction whichever of its few sessions is free. */
final class PooledEngine extends PostgresEngine {
  private final PgBouncer pooler = PgBouncer.before(postgres, PgBouncer.Mode.TRANSACTION, 3);

  @Override
  String url() {
    return pooler.url();
  }

  @Override
  public void close() {
    pooler.close();
    super.close();
  }

  @Override
  public String toString() {
    return "PostgreSQL behind PgBouncer";
  }
}
