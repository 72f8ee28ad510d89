package io.sluice.gateway.fleet;

import io.sluice.gateway.predicate.Judgement;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What gateways have counted of one frontend's exchanges with one backend: answers by status, and
 * durations by bucket. Mutable until it is handed on; one thread.
 */
public final class Traffic implements Judgement.Measures {
  /**
   * The figures that people want to see.
   *
   * @param requests answers
   * @param errorRatio those with a status of 500 or above, of all
   * @param p99Millis of the server's part, in milliseconds
   */
  public record Summary(long requests, double errorRatio, double p99Millis) {
    public String text() {
      if (requests == 0) {
        return "no answers yet";
      }
      return String.format(
          Locale.ROOT,
          "%d answers, %.2f %% errors, p99 %.1f ms",
          requests,
          100 * errorRatio,
          p99Millis);
    }
  }

  private static final Pattern REQUESTS = Pattern.compile("sluice_requests_total\\{(.*)} (\\S+)");
  private static final Pattern DURATIONS =
      Pattern.compile("sluice_upstream_duration_seconds_bucket\\{(.*)} (\\S+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final double MILLIS = 1_000;

  private final Map<Integer, Double> answers = new HashMap<>();

  /** How many took at most so many seconds. */
  private final TreeMap<Double, Double> durations = new TreeMap<>();

  /**
   * Reads what one gateway's metrics say of a backend.
   *
   * @param frontend the only one whose exchanges count; empty for all
   */
  public static Traffic read(String metrics, String frontend, String backend) {
    return read(
            metrics,
            labels ->
                backend.equals(labels.get("backend"))
                        && (frontend.isEmpty() || frontend.equals(labels.get("frontend")))
                    ? backend
                    : null)
        .getOrDefault(backend, new Traffic());
  }

  /**
   * Reads what one gateway's metrics say of all exchanges, by the value of a label.
   *
   * @param label such as {@code frontend}; exchanges that have none count for nothing
   */
  public static Map<String, Traffic> readBy(String metrics, String label) {
    return read(
        metrics,
        labels -> {
          String value = labels.get(label);
          return value == null || value.isEmpty() ? null : value;
        });
  }

  private static Map<String, Traffic> read(
      String metrics, Function<Map<String, String>, @Nullable String> group) {
    Map<String, Traffic> groups = new TreeMap<>();
    metrics
        .lines()
        .forEach(
            line -> {
              Matcher request = REQUESTS.matcher(line);
              Matcher duration = DURATIONS.matcher(line);
              Matcher matcher = request.matches() ? request : duration;
              if (matcher == duration && !duration.matches()) {
                return;
              }
              Map<String, String> labels = labels(matcher.group(1));
              String name = group.apply(labels);
              if (name == null) {
                return;
              }
              Traffic traffic = groups.computeIfAbsent(name, each -> new Traffic());
              double count = Double.parseDouble(matcher.group(2));
              if (matcher == request) {
                traffic.answers.merge(
                    Integer.parseInt(labels.getOrDefault("code", "0")), count, Double::sum);
              } else {
                traffic.durations.merge(
                    seconds(labels.getOrDefault("le", "+Inf")), count, Double::sum);
              }
            });
    return groups;
  }

  /**
   * Adds what a gateway has counted since the last look. A gateway that restarted (its counters
   * went back) contributes everything it has counted since.
   */
  public void add(Traffic now, Traffic before) {
    boolean anew = now.requests() < before.requests();
    now.answers.forEach(
        (code, count) ->
            answers.merge(
                code, count - (anew ? 0 : before.answers.getOrDefault(code, 0.0)), Double::sum));
    now.durations.forEach(
        (limit, count) ->
            durations.merge(
                limit,
                count - (anew ? 0 : before.durations.getOrDefault(limit, 0.0)),
                Double::sum));
  }

  @Override
  public long requests() {
    return Math.round(answers.values().stream().mapToDouble(Double::doubleValue).sum());
  }

  /** How many answers had each status. */
  public SortedMap<Integer, Long> codes() {
    SortedMap<Integer, Long> codes = new TreeMap<>();
    answers.forEach(
        (code, count) -> {
          if (Math.round(count) > 0) {
            codes.put(code, Math.round(count));
          }
        });
    return codes;
  }

  /** How many had this one. */
  public long count(int code) {
    return Math.round(answers.getOrDefault(code, 0.0));
  }

  public Summary summary() {
    return new Summary(requests(), responseCodeRatio(500, 600, 0, 600), latencyAtQuantile(99));
  }

  @Override
  public double responseCodeRatio(int from, int to, int ofFrom, int ofTo) {
    double all = count(ofFrom, ofTo);
    return all == 0 ? 0 : count(from, to) / all;
  }

  private double count(int from, int to) {
    return answers.entrySet().stream()
        .filter(entry -> entry.getKey() >= from && entry.getKey() < to)
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** Between a bucket's ends the durations are taken as evenly spread. */
  @Override
  public double latencyAtQuantile(double percent) {
    double all = durations.isEmpty() ? 0 : durations.lastEntry().getValue();
    double wanted = all * percent / 100;
    double below = 0;
    double from = 0;
    for (Map.Entry<Double, Double> bucket : durations.entrySet()) {
      if (bucket.getValue() >= wanted && bucket.getValue() > below) {
        double to = Double.isInfinite(bucket.getKey()) ? from : bucket.getKey();
        double part = (wanted - below) / (bucket.getValue() - below);
        return (from + (to - from) * part) * MILLIS;
      }
      below = bucket.getValue();
      from = bucket.getKey();
    }
    return 0;
  }

  private static double seconds(String limit) {
    return limit.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(limit);
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    Matcher label = LABEL.matcher(text);
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    return labels;
  }
}
