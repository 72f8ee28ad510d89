package io.sluice.gateway;

import io.sluice.gateway.client.ServerSockets;
import io.sluice.gateway.control.ConfigSource;
import io.sluice.gateway.control.Reconciler;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Candidate;

/** The meters of the gateway as a whole; those of requests are the routes' own. */
final class GatewayMeters {
  private GatewayMeters() {}

  static void publish(
      Telemetry telemetry,
      Ledger ledger,
      ServerSockets sockets,
      AccessLog accessLog,
      Reconciler reconciler,
      ConfigSource source,
      MatchFailures failures) {
    telemetry.gauge(
        Metric.BUILD,
        "",
        one -> 1,
        Main.VERSION.substring(Main.VERSION.indexOf(' ') + 1),
        System.getProperty("java.version", ""));
    telemetry.gauge(Metric.MATCH_FAILURES, failures, MatchFailures::count);
    telemetry.gauge(Metric.EXCHANGES_IN_FLIGHT, ledger, Ledger::exchanges);
    for (Candidate.State state : Candidate.State.values()) {
      telemetry.gauge(of(state), reconciler, r -> count(r.status().table(), state));
    }
    for (Budget budget : Budget.values()) {
      String label = budget.label();
      telemetry.gauge(Metric.MEMORY_USED, ledger, l -> l.use(budget).used(), label);
      telemetry.gauge(Metric.MEMORY_LIMIT, ledger, l -> l.use(budget).most(), label);
      telemetry.gauge(Metric.MEMORY_REFUSED, ledger, l -> l.use(budget).refused(), label);
    }
    telemetry.gauge(Metric.CLIENT_CONNECTIONS, sockets, ServerSockets::connections);
    telemetry.gauge(Metric.TAPS, accessLog, log -> log.taps().count());
    telemetry.gauge(Metric.ACCESS_LOG_DROPPED, accessLog, AccessLog::dropped);
    telemetry.gauge(
        Metric.CONFIG_APPLIED, reconciler, r -> r.status().appliedAt().toEpochMilli() / 1e3);
    telemetry.gauge(Metric.CONFIG_REVISION, reconciler, r -> r.status().table().revision());
    telemetry.gauge(Metric.TABLE_VERSION, reconciler, r -> r.status().table().version());
    telemetry.gauge(Metric.CONFIG_PROBLEMS, reconciler, r -> r.status().problems().size());
    telemetry.gauge(Metric.STORE_CONNECTED, source, s -> s.status().connected() ? 1 : 0);
    telemetry.gauge(Metric.STORE_HELD, source, s -> s.status().held().isEmpty() ? 0 : 1);
    telemetry.gauge(Metric.STORE_DRIFTS, source, s -> s.status().drifts());
  }

  private static Metric of(Candidate.State state) {
    return switch (state) {
      case READY -> Metric.ENDPOINTS_READY;
      case UNCHECKED -> Metric.ENDPOINTS_UNCHECKED;
      case FAILING -> Metric.ENDPOINTS_FAILING;
      case DRAINING -> Metric.ENDPOINTS_DRAINING;
      case EJECTED -> Metric.ENDPOINTS_EJECTED;
      case DOWN -> Metric.ENDPOINTS_DOWN;
    };
  }

  private static double count(RoutingTable table, Candidate.State state) {
    return table.candidates().stream().filter(each -> each.candidate().state() == state).count();
  }
}
