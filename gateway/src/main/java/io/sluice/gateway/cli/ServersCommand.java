package io.sluice.gateway.cli;

import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.ServerView;
import io.sluice.gateway.fleet.Servers;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows every server with its state over all gateways. */
@Command(
    name = "servers",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice servers web",
    description =
        "Shows every server with its state over all gateways, the worst where they differ; exits"
            + " with 1 where a backend has none that answers.")
public final class ServersCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "BACKEND",
      description = "the servers of this backend alone")
  private @Nullable String backend;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Watch watch = new Watch();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      return watch.run(output, () -> look(store));
    }
  }

  private int look(EtcdStore store) throws IOException, InterruptedException {
    Map<String, List<Server>> backends = Servers.all(store);
    if (backend != null && !backends.containsKey(backend)) {
      output.note("sluice: found no backend \"" + backend + "\"");
      return 1;
    }
    List<ServerView> servers =
        ServerView.of(
            new Fleet(store),
            backend == null ? backends : Map.of(backend, servers(backends)),
            line -> output.note("sluice: " + line));
    print(servers);
    boolean dead =
        backends.entrySet().stream()
            .filter(each -> backend == null || each.getKey().equals(backend))
            .anyMatch(each -> servers.stream().noneMatch(one -> answers(one, each.getKey())));
    return dead ? 1 : 0;
  }

  private List<Server> servers(Map<String, List<Server>> backends) {
    return backends.getOrDefault(String.valueOf(backend), List.of());
  }

  private static boolean answers(ServerView server, String backend) {
    return server.backend().equals(backend)
        && (server.state().equals("READY") || server.state().equals("UNCHECKED"));
  }

  private void print(List<ServerView> servers) {
    List<List<?>> rows = new ArrayList<>();
    Instant now = Instant.now();
    for (ServerView each : servers) {
      rows.add(
          List.of(
              each.backend(),
              each.server(),
              each.url(),
              each.weight(),
              each.state(),
              output.isJson() ? each.unconfirmed() : each.unconfirmed() ? "unconfirmed" : "",
              output.isJson() ? each.since() : ago(each.since(), now),
              each.inFlight(),
              each.lastError(),
              output.isJson() ? each.gateways() : ready(each)));
    }
    output.rows(
        List.of(
            "backend",
            "server",
            "url",
            "weight",
            "state",
            output.isJson() ? "unconfirmed" : "",
            "since",
            "in_flight",
            "last_error",
            "gateways"),
        rows);
  }

  /** How many gateways find it ready, of those that know it. */
  private static String ready(ServerView server) {
    long ready = server.gateways().values().stream().filter("READY"::equals).count();
    return ready + "/" + server.gateways().size();
  }

  /** A moment as people want it: how long ago. */
  static String ago(String instant, Instant now) {
    try {
      Duration passed = Duration.between(Instant.parse(instant), now);
      long seconds = Math.max(0, passed.toSeconds());
      return seconds < 120
          ? seconds + "s"
          : seconds < 7_200 ? seconds / 60 + "m" : passed.toHours() + "h";
    } catch (DateTimeParseException none) {
      return "";
    }
  }
}
