package io.sluice.gtin.rows;

import java.io.IOException;

/** A file that no row can come from; the message says what was found in it. */
public final class NoRows extends IOException {
  private static final long serialVersionUID = 1;

  NoRows(String message) {
    super(message);
  }
}
