package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.telemetry.Telemetry.Label;
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
    List<Label> labels = List.of(new Label("backend", backend), new Label("server", server.name()));
    List<Runnable> all =
        List.of(
            telemetry.gauge(
                "sluice_server_up",
                "1 while a server takes requests of its backend, 0 while it is down, ejected,"
                    + " failing or drained",
                labels,
                candidate,
                ServerMeters::takesRequests),
            telemetry.counted(
                "sluice_server_requests",
                "Requests that a server was given, by whichever backend has it",
                labels,
                server,
                Endpoint::exchanges),
            telemetry.counted(
                "sluice_server_failures",
                "Attempts on a server that failed",
                labels,
                server,
                Endpoint::failures),
            telemetry.gauge(
                "sluice_server_in_flight",
                "Requests that a server is answering",
                labels,
                server,
                Endpoint::inFlight),
            telemetry.gauge(
                "sluice_server_connections",
                "Open connections to a server",
                labels,
                server,
                Endpoint::connections));
    return () -> all.forEach(Runnable::run);
  }

  private static double takesRequests(Candidate candidate) {
    return switch (candidate.state()) {
      case READY, UNCHECKED -> 1;
      case FAILING, DRAINING, EJECTED, DOWN -> 0;
    };
  }
}
