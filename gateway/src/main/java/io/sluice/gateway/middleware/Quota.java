package io.sluice.gateway.middleware;

import io.sluice.gateway.config.RateLimit.Rate;
import io.sluice.gateway.memory.Bounded;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The rates that hold for a source, and what clients are told of them
 * (draft-ietf-httpapi-ratelimit-headers-11): {@code RateLimit-Policy: "rl";q=100;w=60;burst=200}
 * and {@code RateLimit: "rl";r=50;t=30}.
 *
 * <p>Each has one item for each rate. They are lists (RFC 9651 section 3.1), so what a server says
 * of limits of its own stands beside them.
 */
final class Quota {
  static final String POLICY = "RateLimit-Policy";
  static final String STATE = "RateLimit";

  @Bounded("by the rates of a limit")
  private final List<Rate> rates;

  @Bounded("by the rates of a limit")
  private final List<String> names;

  private final String name;
  private final String policy;

  /**
   * @param name how clients hear of it
   */
  Quota(String name, List<Rate> rates) {
    this.name = name;
    this.rates = rates;
    this.names = rates.stream().map(rate -> itemName(name, rate)).toList();
    this.policy = writePolicy();
  }

  List<Rate> rates() {
    return rates;
  }

  /** How many requests ({@code q}) in how many seconds ({@code w}), and how many at once. */
  String policy() {
    return policy;
  }

  private String writePolicy() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rates.size(); i++) {
      Rate rate = rates.get(i);
      text.append(i == 0 ? "" : ", ").append(names.get(i));
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
   * @param levels first those of these rates, in their order
   */
  String state(TokenBucket.Level[] levels, long now) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rates.size(); i++) {
      Rate rate = rates.get(i);
      long missing = Math.max(0, levels[i].fullAt() - now);
      long tolerance = RateLimiter.toleranceNanos(rate);
      long left =
          missing > tolerance ? 0 : (tolerance - missing) / RateLimiter.intervalNanos(rate) + 1;
      text.append(i == 0 ? "" : ", ").append(names.get(i)).append(";r=").append(left);
      text.append(";t=").append(Math.ceilDiv(missing, TimeUnit.SECONDS.toNanos(1)));
    }
    return text.toString();
  }

  /**
   * The same of what is used of each rate.
   *
   * @param used in tokens, in the order of the rates
   */
  String state(List<Double> used) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rates.size(); i++) {
      Rate rate = rates.get(i);
      double full = used.get(i) * rate.period().toSeconds() / rate.requests();
      long left = (long) Math.max(0, rate.burst() - used.get(i) + 1e-6);
      text.append(i == 0 ? "" : ", ").append(names.get(i)).append(";r=").append(left);
      text.append(";t=").append((long) Math.ceil(full));
    }
    return text.toString();
  }

  /** What one of so many gateways may allow where nobody counts for all of them. */
  Quota part(int gateways) {
    return gateways == 1
        ? this
        : new Quota(
            name,
            rates.stream()
                .map(
                    rate ->
                        new Rate(
                            rate.period().multipliedBy(gateways),
                            rate.requests(),
                            Math.max(1, rate.burst() / gateways)))
                .toList());
  }

  /** An item's name, a string (RFC 9651 section 3.3.3); its period tells one rate from another. */
  private String itemName(String name, Rate rate) {
    String legal = name.replaceAll("[^ -~]|[\"\\\\]", "_");
    return '"' + (rates.size() > 1 ? legal + '-' + rate.period().toSeconds() : legal) + '"';
  }
}
