package io.sluice.gtin.catalog;

import java.sql.SQLException;

/** A real database that has what every store has to do tried on it, one test after the other. */
interface Engine extends AutoCloseable {
  /** Another store on the same catalogue. */
  ItemStore open() throws SQLException;

  /** Leaves nothing for the next test. */
  void empty(ItemStore store) throws SQLException;

  /** Holds whatever an import holds that is about to end, until it is let go. */
  AutoCloseable busy() throws SQLException;

  @Override
  void close();
}
