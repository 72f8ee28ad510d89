package io.sluice.gateway.http;

/**
 * How many interim responses (1xx) a server may send before its final one: as many as it likes over
 * time, so that a long job can give signs of life (RFC 9110 section 15.2), but only so many bytes
 * at once. Owned by one exchange.
 */
public final class InterimBudget {
  private static final long BYTES_AT_ONCE = 256 * 1024;
  private static final long BYTES_A_SECOND = 16 * 1024;
  private static final long EACH = 64;
  private static final long NANOS = 1_000_000_000;

  private long left = BYTES_AT_ONCE;
  private long lookedAt;

  /** Begins anew for an exchange. */
  public void begin() {
    left = BYTES_AT_ONCE;
    lookedAt = 0;
  }

  /**
   * Takes one interim response.
   *
   * @param now nanoseconds of a clock that never goes back
   * @throws ProxyError {@link Reason#BAD_RESPONSE} when too much came at once
   */
  public void take(ResponseHead head, long now) {
    if (lookedAt != 0) {
      // Elapsed time is bounded first, so that no product overflows.
      long elapsed = Math.min(now - lookedAt, BYTES_AT_ONCE / BYTES_A_SECOND * NANOS);
      left = Math.min(BYTES_AT_ONCE, left + elapsed / (NANOS / BYTES_A_SECOND));
    }
    lookedAt = now;
    left -= EACH + head.fields().textBytes();
    if (left < 0) {
      throw Reason.BAD_RESPONSE.error();
    }
  }
}
