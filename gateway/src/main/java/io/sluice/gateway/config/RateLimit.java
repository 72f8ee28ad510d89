package io.sluice.gateway.config;

import java.time.Duration;
import java.util.List;

/**
 * {@code ratelimit}: at most so many requests a period for each value of a variable.
 *
 * @param rates all of them must allow a request
 * @param rateHeader a request header whose JSON replaces the rates, or empty
 * @param shadow whether it only counts what it would refuse
 * @param fleet whether all gateways count together
 */
public record RateLimit(
    Source variable, List<Rate> rates, String rateHeader, boolean shadow, boolean fleet)
    implements Middleware.Spec {
  /**
   * An average and how far it may be exceeded at once.
   *
   * @param requests how many in a period
   * @param burst how many at once
   */
  public record Rate(Duration period, long requests, long burst) {}

  @Override
  public boolean countsOverFleet() {
    return fleet;
  }

  @Override
  public String decidedBy() {
    return "what was counted";
  }

  static RateLimit read(JsonRecord json) throws JsonRecord.BadValue {
    Source variable = Source.read(json);
    long period = json.integer("PeriodSeconds", 0, 1, 31_536_000);
    long requests = json.integer("Requests", 0, 1, Rates.MAX_REQUESTS);
    long burst = json.integer("Burst", requests, 1, Rates.MAX_REQUESTS);
    if (period == 0 || requests == 0) {
      throw json.bad(
          period == 0 ? "PeriodSeconds" : "Requests", "nothing", "a whole number of at least 1");
    }
    String rateVar = json.string("RateVar", "");
    String rateHeader = Source.header(rateVar);
    if (!rateVar.isEmpty() && rateHeader.isEmpty()) {
      throw json.bad("RateVar", "\"" + rateVar + "\"", "request.header.<name>, or nothing");
    }
    return new RateLimit(
        variable,
        List.of(new Rate(Duration.ofSeconds(period), requests, burst)),
        rateHeader,
        json.bool("Shadow", false),
        json.bool("Fleet", false));
  }
}
