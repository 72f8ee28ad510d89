package io.sluice.gateway.tls;

import java.time.Duration;
import java.time.Instant;

/**
 * An authority's signed word on one certificate (RFC 6960), as clients get it with the certificate
 * (RFC 6066 section 8). Immutable.
 */
final class Staple {
  private final byte[] response;
  private final boolean revoked;
  private final Instant until;

  /**
   * @param response the response, DER
   * @param revoked whether it says that the certificate does not hold any more
   * @param until until when it may be shown
   */
  Staple(byte[] response, boolean revoked, Instant until) {
    this.response = response.clone();
    this.revoked = revoked;
    this.until = until;
  }

  /** DER; not to be changed. */
  byte[] response() {
    return response;
  }

  boolean revoked() {
    return revoked;
  }

  boolean holdsAt(Instant now) {
    return now.isBefore(until);
  }

  /** When to ask for the next one: half way through, and not later than the operator wants. */
  Duration refreshAfter(Instant now, Duration period) {
    Duration half = Duration.between(now, until).dividedBy(2);
    return half.compareTo(period) < 0 ? half : period;
  }
}
