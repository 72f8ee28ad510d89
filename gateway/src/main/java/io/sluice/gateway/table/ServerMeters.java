package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The meters of servers, which come and go with the table: what each was given for a backend and
 * how it went, and whether it takes requests. Five series for each server of a backend; looked up
 * when they are scraped. Control thread only.
 */
public final class ServerMeters implements TableFollower {
  private final Telemetry telemetry;

  /** What takes the meters of each away again. */
  @Bounded("by the servers that are written")
  private final Map<Candidate, Runnable> known = new HashMap<>();

  private long version = -1;

  public ServerMeters(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    if (table.version() == version) {
      return List.of();
    }
    version = table.version();
    Map<Candidate, String> wanted = new HashMap<>();
    for (CompiledBackend backend : table.backends().values()) {
      backend.balancer().candidates().forEach(each -> wanted.put(each, backend.id()));
    }
    known
        .entrySet()
        .removeIf(
            each -> {
              boolean gone = !wanted.containsKey(each.getKey());
              if (gone) {
                each.getValue().run();
              }
              return gone;
            });
    wanted.forEach(
        (candidate, backend) -> {
          if (!known.containsKey(candidate)) {
            known.put(candidate, publish(backend, candidate));
          }
        });
    return List.of();
  }

  private Runnable publish(String backend, Candidate candidate) {
    Endpoint server = candidate.endpoint();
    String name = server.name();
    List<Runnable> all =
        List.of(
            telemetry.gauge(
                Metric.SERVER_UP, candidate, ServerMeters::takesRequests, backend, name),
            telemetry.counted(Metric.SERVER_REQUESTS, server, Endpoint::exchanges, backend, name),
            telemetry.counted(Metric.SERVER_FAILURES, server, Endpoint::failures, backend, name),
            telemetry.gauge(Metric.SERVER_IN_FLIGHT, server, Endpoint::inFlight, backend, name),
            telemetry.gauge(
                Metric.SERVER_CONNECTIONS, server, Endpoint::connections, backend, name));
    return () -> all.forEach(Runnable::run);
  }

  private static double takesRequests(Candidate candidate) {
    return switch (candidate.state()) {
      case READY, UNCHECKED -> 1;
      case FAILING, DRAINING, EJECTED, DOWN -> 0;
    };
  }
}
