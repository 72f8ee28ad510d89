package io.sluice.gateway.config;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The rates that a request header may carry: {@code
 * [{"PeriodSeconds":1,"Requests":10,"Burst":20}]}.
 */
public final class Rates {
  static final long MAX_REQUESTS = 1_000_000_000;
  private static final int MAX_RATES = 8;

  private Rates() {}

  /**
   * The rates in the text, one a period, the last of a period winning; empty when it holds none
   * that can be used.
   */
  public static List<RateLimit.Rate> parse(String text) {
    TreeMap<Duration, RateLimit.Rate> rates = new TreeMap<>();
    try {
      byte[] wrapped = ("{\"Rates\":" + text + "}").getBytes(StandardCharsets.UTF_8);
      for (JsonRecord json :
          JsonRecord.parse("rates", wrapped, SealKeys.none(), new ArrayList<>()).objects("Rates")) {
        Duration period = Duration.ofSeconds(json.integer("PeriodSeconds", 1, 1, 31_536_000));
        long requests = json.integer("Requests", 1, 1, MAX_REQUESTS);
        long burst = json.integer("Burst", 0, 0, MAX_REQUESTS);
        rates.put(period, new RateLimit.Rate(period, requests, burst == 0 ? requests : burst));
      }
    } catch (JsonRecord.BadValue unusable) {
      return List.of();
    }
    return rates.size() > MAX_RATES ? List.of() : List.copyOf(rates.values());
  }
}
