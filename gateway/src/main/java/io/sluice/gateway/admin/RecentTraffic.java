package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.memory.Bounded;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What frontends had in the last ten seconds or so: the difference to the oldest look that is not
 * older. The first look tells what there was since the start. Any thread.
 */
final class RecentTraffic {
  private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);
  private static final int FAILED = 500;
  private static final double[] QUANTILES = {50, 75, 95, 99, 99.9};

  private record Look(long at, Map<String, Traffic> byFrontend) {}

  private final Supplier<String> metrics;
  private final LongSupplier clock;
  private final long started;

  @Bounded("by a look a second for as long as is looked back")
  private final Deque<Look> looks = new ArrayDeque<>();

  RecentTraffic(Supplier<String> metrics, LongSupplier clock) {
    this.metrics = metrics;
    this.clock = clock;
    this.started = clock.getAsLong();
  }

  /** What a frontend had in some time. */
  private record Recent(Traffic traffic, long nanos) {}

  /** By frontend, those that had a request; each as Vulcand's {@code Stats}. */
  Map<String, ObjectNode> stats() {
    Map<String, ObjectNode> stats = new TreeMap<>();
    recent().forEach((frontend, had) -> stats.put(frontend, stats(had.traffic, had.nanos)));
    return stats;
  }

  /**
   * By frontend, those that had a request: {@code rate} and {@code failing} (5xx), both a second,
   * and {@code p50} and {@code p99} in milliseconds.
   */
  JsonObject rates() {
    JsonObject rates = new JsonObject();
    recent()
        .forEach(
            (frontend, had) -> {
              double seconds = had.nanos / 1e9;
              long failed =
                  had.traffic.codes().entrySet().stream()
                      .filter(code -> code.getKey() >= FAILED)
                      .mapToLong(Map.Entry::getValue)
                      .sum();
              rates.put(
                  frontend,
                  new JsonObject()
                      .put("rate", had.traffic.requests() / seconds)
                      .put("failing", failed / seconds)
                      .put("p50", had.traffic.latencyAtQuantile(50))
                      .put("p99", had.traffic.latencyAtQuantile(99)));
            });
    return rates;
  }

  private synchronized Map<String, Recent> recent() {
    long now = clock.getAsLong();
    Look latest = new Look(now, Traffic.readBy(metrics.get(), "frontend"));
    while (looks.size() > 1 && now - looks.getFirst().at > WINDOW) {
      looks.removeFirst();
    }
    Look before = looks.isEmpty() ? new Look(started, Map.of()) : looks.getFirst();
    if (looks.isEmpty() || now - looks.getLast().at > TimeUnit.SECONDS.toNanos(1) / 2) {
      looks.addLast(latest);
    }
    Map<String, Recent> all = new TreeMap<>();
    latest.byFrontend.forEach(
        (frontend, traffic) -> {
          if (traffic.requests() > 0) {
            Traffic recent = new Traffic();
            recent.add(traffic, before.byFrontend.getOrDefault(frontend, new Traffic()));
            all.put(frontend, new Recent(recent, Math.max(1, now - before.at)));
          }
        });
    return all;
  }

  private static ObjectNode stats(Traffic recent, long periodNanos) {
    ObjectNode stats = JsonNodeFactory.instance.objectNode();
    stats.putObject("Verdict").put("IsBad", false).putNull("Anomalies");
    ObjectNode counters = stats.putObject("Counters");
    counters.put("Period", periodNanos);
    counters.put("NetErrors", recent.count(502) + recent.count(504));
    counters.put("Total", recent.requests());
    ArrayNode codes = counters.putArray("StatusCodes");
    recent
        .codes()
        .forEach((code, count) -> codes.addObject().put("Code", code).put("Count", count));
    ArrayNode brackets = stats.putArray("LatencyBrackets");
    for (double quantile : QUANTILES) {
      long nanos = Math.round(recent.latencyAtQuantile(quantile) * 1e6);
      brackets.addObject().put("Quantile", quantile).put("Value", nanos);
    }
    return stats;
  }
}
