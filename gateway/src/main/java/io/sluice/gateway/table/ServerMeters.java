package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Admission;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The meters of backends and their servers, which come and go with the table: how many have a place
 * or wait for one; what each server was given and how it went, and whether it takes requests. Two
 * series for each backend and five for each of its servers, looked up when they are scraped.
 * Control thread only.
 */
public final class ServerMeters implements TableFollower {
  private final Telemetry telemetry;

  /** What takes the meters of each away again. */
  @Bounded("by the servers that are written")
  private final Map<Object, Runnable> known = new HashMap<>();

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
    Map<Object, Supplier<Runnable>> wanted = new HashMap<>();
    for (CompiledBackend backend : table.backends().values()) {
      wanted.put(backend.admission(), () -> publish(backend.id(), backend.admission()));
      for (Candidate each : backend.balancer().candidates()) {
        wanted.put(each, () -> publish(backend.id(), each));
      }
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
    wanted.forEach((each, publishing) -> known.computeIfAbsent(each, k -> publishing.get()));
    return List.of();
  }

  private Runnable publish(String backend, Admission admission) {
    List<Runnable> all =
        List.of(
            telemetry.gauge(Metric.BACKEND_IN_FLIGHT, admission, Admission::inside, backend),
            telemetry.gauge(Metric.BACKEND_WAITING, admission, Admission::waiting, backend));
    return () -> all.forEach(Runnable::run);
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
