package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The backends that frontends send to and where nobody answers, for whatever reason: a problem and
 * a metric for each. Control thread only.
 */
public final class UnansweredBackends implements TableFollower {
  private final Consumer<Map<String, Double>> gauges;

  @Bounded("by the backends that are written")
  private final Map<String, String> frontends = new HashMap<>();

  private long version = -1;

  public UnansweredBackends(Telemetry telemetry) {
    this.gauges = telemetry.gauges(Metric.BACKEND_UNANSWERED);
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    if (table.version() != version) {
      version = table.version();
      lookForUsers(table);
    }
    Map<String, Double> unanswered = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    frontends.forEach(
        (id, frontend) -> {
          CompiledBackend backend = table.backend(id);
          if (backend != null && !isAnswered(backend)) {
            unanswered.put(id, 1.0);
            problems.add(problem(backend, frontend));
          }
        });
    gauges.accept(unanswered);
    return problems;
  }

  /** One frontend for each backend that requests go to. */
  private void lookForUsers(RoutingTable table) {
    frontends.clear();
    for (CompiledFrontend frontend : table.frontends().values()) {
      for (Split.Share share : frontend.written().split().shares()) {
        if (share.weight() > 0) {
          frontends.merge(share.backendId(), frontend.id(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
        }
      }
    }
  }

  /** Whether anybody does, or may, since he was not asked yet. */
  private static boolean isAnswered(CompiledBackend backend) {
    for (Candidate candidate : backend.balancer().candidates()) {
      Candidate.State state = candidate.state();
      if (state == Candidate.State.READY || state == Candidate.State.UNCHECKED) {
        return true;
      }
    }
    return false;
  }

  private static Problem problem(CompiledBackend backend, String frontend) {
    int servers = backend.balancer().candidates().size();
    String who =
        switch (servers) {
          case 0 -> "no server that takes requests";
          case 1 -> "1 server, which does not answer";
          default -> servers + " servers, of which none answers";
        };
    return Problem.error(
        "backends/" + backend.id(),
        who + ", so requests of frontend " + frontend + " fail",
        "one that answers; sluice servers " + backend.id() + " says how each is");
  }
}
