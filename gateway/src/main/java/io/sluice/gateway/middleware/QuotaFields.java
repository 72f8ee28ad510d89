package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Middleware.Rate;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What clients are told of a rate limit (draft-ietf-httpapi-ratelimit-headers-11): {@code
 * RateLimit-Policy: "rl";q=100;w=60;burst=200} and {@code RateLimit: "rl";r=50;t=30}.
 *
 * <p>Each has one item for each rate. They are lists (RFC 9651 section 3.1), so what a server says
 * of limits of its own stands beside them.
 */
final class QuotaFields {
  static final String POLICY = "RateLimit-Policy";
  static final String STATE = "RateLimit";

  private QuotaFields() {}

  /** How many requests ({@code q}) in how many seconds ({@code w}), and how many at once. */
  static String policy(String name, List<Rate> rates) {
    StringBuilder text = new StringBuilder();
    for (Rate rate : rates) {
      item(text, name, rates, rate);
      text.append(";q=").append(rate.requests()).append(";w=").append(rate.period().toSeconds());
      if (rate.burst() != rate.requests()) {
        text.append(";burst=").append(rate.burst());
      }
    }
    return text.toString();
  }

  /**
   * How many are left ({@code r}), and after how many seconds all would be ({@code t}).
   *
   * @param full for each rate the time at which its bucket would be full again, in nanoseconds
   */
  static String state(String name, List<Rate> rates, long[] full, long now) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < full.length; i++) {
      Rate rate = rates.get(i);
      long missing = Math.max(0, full[i] - now);
      long tolerance = RateLimiter.toleranceNanos(rate);
      long left =
          missing > tolerance ? 0 : (tolerance - missing) / RateLimiter.intervalNanos(rate) + 1;
      item(text, name, rates, rate);
      text.append(";r=").append(left);
      text.append(";t=").append(Math.ceilDiv(missing, TimeUnit.SECONDS.toNanos(1)));
    }
    return text.toString();
  }

  /** Begins an item with its name, a string (RFC 9651 section 3.3.3). */
  private static void item(StringBuilder text, String name, List<Rate> rates, Rate rate) {
    text.append(text.isEmpty() ? "\"" : ", \"");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      text.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? '_' : c);
    }
    if (rates.size() > 1) {
      text.append('-').append(rate.period().toSeconds());
    }
    text.append('"');
  }
}
