package io.sluice.gateway.cli;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.SeenServer;
import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the traffic of all gateways as it happens. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice top backends",
    description =
        "Shows the traffic of all gateways together, the busiest first, anew every second until it"
            + " is interrupted. Times are of the servers, in milliseconds.")
public final class TopCommand implements Callable<Integer> {
  /** What the traffic is counted by. */
  enum What {
    FRONTENDS,
    BACKENDS,
    SERVERS;

    /** As people write it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  @Parameters(
      index = "0",
      arity = "0..1",
      defaultValue = "frontends",
      paramLabel = "WHAT",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private What what = What.FRONTENDS;

  @Option(names = "--once", description = "one second's traffic, and no more")
  private boolean once;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "20",
      description = "at most so many (${DEFAULT-VALUE})")
  private int rows = 20;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  /** What one gateway has counted so far. */
  private record Reading(Map<String, Traffic> traffic, Map<String, SeenServer> servers) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      Fleet fleet = new Fleet(store);
      Map<String, Reading> before = read(fleet);
      while (true) {
        long since = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(SECOND_NANOS);
        Map<String, Reading> now = read(fleet);
        double seconds = (double) (System.nanoTime() - since) / SECOND_NANOS;
        if (!once && !output.isJson()) {
          output.out().print(HOME_AND_CLEAR);
        }
        if (what == What.SERVERS) {
          servers(before, now, seconds);
        } else {
          traffic(before, now, seconds);
        }
        if (once) {
          return 0;
        }
        before = now;
      }
    }
  }

  private Map<String, Reading> read(Fleet fleet) throws IOException, InterruptedException {
    Map<String, Reading> readings = new TreeMap<>();
    for (GatewayStatus gateway : fleet.gateways().values()) {
      try {
        Map<String, SeenServer> servers = new HashMap<>();
        Map<String, Traffic> traffic = Map.of();
        if (what == What.SERVERS) {
          fleet
              .servers(gateway)
              .forEach(
                  each ->
                      servers.put(each.backend() + " " + each.host() + ":" + each.port(), each));
        } else {
          traffic =
              Traffic.readBy(
                  fleet.metrics(gateway), what == What.FRONTENDS ? "frontend" : "backend");
        }
        readings.put(gateway.id(), new Reading(traffic, servers));
      } catch (AdminApi.SilentException silent) {
        output.note("sluice: " + silent.getMessage());
      }
    }
    return readings;
  }

  private void traffic(Map<String, Reading> before, Map<String, Reading> now, double seconds) {
    Map<String, Traffic> sums = new TreeMap<>();
    now.forEach(
        (gateway, reading) -> {
          Reading last = before.get(gateway);
          if (last == null) {
            return;
          }
          reading.traffic.forEach(
              (name, traffic) ->
                  sums.computeIfAbsent(name, each -> new Traffic())
                      .add(traffic, last.traffic.getOrDefault(name, new Traffic())));
        });
    List<List<?>> lines = new ArrayList<>();
    sums.entrySet().stream()
        .sorted(Comparator.comparingLong(each -> -each.getValue().requests()))
        .limit(rows)
        .forEach(
            each -> {
              Traffic traffic = each.getValue();
              double all = traffic.requests() / seconds;
              lines.add(
                  List.of(
                      each.getKey(),
                      rounded(all),
                      rounded(all * traffic.responseCodeRatio(400, 500, 0, 600)),
                      rounded(all * traffic.responseCodeRatio(500, 600, 0, 600)),
                      rounded(traffic.latencyAtQuantile(50)),
                      rounded(traffic.latencyAtQuantile(99))));
            });
    String name = what == What.FRONTENDS ? "frontend" : "backend";
    output.rows(List.of(name, "req_s", "4xx_s", "5xx_s", "p50_ms", "p99_ms"), lines);
  }

  private void servers(Map<String, Reading> before, Map<String, Reading> now, double seconds) {
    Map<String, double[]> rates = new TreeMap<>();
    Map<String, String> states = new HashMap<>();
    now.forEach(
        (gateway, reading) -> {
          Reading last = before.get(gateway);
          reading.servers.forEach(
              (name, server) -> {
                SeenServer earlier = last == null ? null : last.servers.get(name);
                double[] sum = rates.computeIfAbsent(name, each -> new double[3]);
                if (earlier != null && earlier.exchanges() <= server.exchanges()) {
                  sum[0] += (server.exchanges() - earlier.exchanges()) / seconds;
                  sum[1] += (server.failures() - earlier.failures()) / seconds;
                }
                sum[2] += server.inFlight();
                states.merge(name, server.state(), (a, b) -> a.equals(b) ? a : a + "," + b);
              });
        });
    List<List<?>> lines = new ArrayList<>();
    rates.entrySet().stream()
        .sorted(Comparator.comparingDouble(each -> -each.getValue()[0]))
        .limit(rows)
        .forEach(
            each -> {
              String[] name = each.getKey().split(" ", 2);
              double[] sum = each.getValue();
              lines.add(
                  List.of(
                      name[0],
                      name[1],
                      String.valueOf(states.get(each.getKey())),
                      rounded(sum[0]),
                      rounded(sum[1]),
                      (long) sum[2]));
            });
    output.rows(List.of("backend", "server", "state", "req_s", "failed_s", "in_flight"), lines);
  }

  private static double rounded(double number) {
    return Math.round(number * 10) / 10.0;
  }
}
