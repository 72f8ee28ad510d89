package io.sluice.gateway.admin;

/** A request that is answered with an error, whose message says why. */
final class ApiException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  ApiException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }
}
