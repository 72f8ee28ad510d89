package io.sluice.gateway.http;

/**
 * An exchange that failed on the data path, with its {@link Reason}. Stackless: one instance a
 * reason, thrown without cost.
 */
public final class ProxyError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  ProxyError(Reason reason) {
    super(reason.text(), null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
