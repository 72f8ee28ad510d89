package io.sluice.gateway.store;

import java.io.IOException;

/**
 * The store did not answer, or cannot just now: it may do so later, and it may have done its part.
 */
public final class StoreAwayException extends IOException {
  private static final long serialVersionUID = 1;

  public StoreAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
