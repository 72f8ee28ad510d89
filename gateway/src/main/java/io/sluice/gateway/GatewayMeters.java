package io.sluice.gateway;

import io.sluice.gateway.client.ServerSockets;
import io.sluice.gateway.control.ConfigSource;
import io.sluice.gateway.control.Reconciler;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Candidate;
import java.util.Locale;

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
        "sluice_match_failures",
        "Times that a route could not be compared with a request",
        failures,
        MatchFailures::count);
    telemetry.gauge("sluice_exchanges_in_flight", "Exchanges under way", ledger, Ledger::exchanges);
    for (Candidate.State state : Candidate.State.values()) {
      telemetry.gauge(
          "sluice_endpoints_" + state.name().toLowerCase(Locale.ROOT),
          "Endpoints of backends that are " + state.name().toLowerCase(Locale.ROOT),
          reconciler,
          r -> count(r.status().table(), state));
    }
    for (Budget budget : Budget.values()) {
      String label = budget.label();
      telemetry.gauge(
          "sluice_memory_used_bytes",
          "What is kept for strangers",
          "budget",
          label,
          ledger,
          l -> l.use(budget).used());
      telemetry.gauge(
          "sluice_memory_limit_bytes",
          "What may be kept for strangers",
          "budget",
          label,
          ledger,
          l -> l.use(budget).most());
      telemetry.gauge(
          "sluice_memory_refused",
          "Times that something was turned away or cut for want of room",
          "budget",
          label,
          ledger,
          l -> l.use(budget).refused());
    }
    telemetry.gauge(
        "sluice_client_connections",
        "Open connections of clients",
        sockets,
        ServerSockets::connections);
    telemetry.gauge(
        "sluice_config_applied_timestamp_seconds",
        "When the table that serves was published",
        reconciler,
        r -> r.status().appliedAt().toEpochMilli() / 1e3);
    telemetry.gauge(
        "sluice_taps",
        "Who looks at exchanges as they end (sluice tap)",
        accessLog,
        log -> log.taps().count());
    telemetry.gauge(
        "sluice_access_log_dropped", "Access log entries lost", accessLog, AccessLog::dropped);
    telemetry.gauge(
        "sluice_config_revision",
        "Revision of the tree that serves",
        reconciler,
        r -> r.status().table().revision());
    telemetry.gauge(
        "sluice_table_version",
        "Tables published by this process",
        reconciler,
        r -> r.status().table().version());
    telemetry.gauge(
        "sluice_config_problems",
        "Problems in the configuration",
        reconciler,
        r -> r.status().problems().size());
    telemetry.gauge(
        "sluice_store_connected",
        "1 while the store can be asked",
        source,
        s -> s.status().connected() ? 1 : 0);
    telemetry.gauge(
        "sluice_store_held",
        "1 while a tree waits for the operator's word",
        source,
        s -> s.status().held().isEmpty() ? 0 : 1);
    telemetry.gauge(
        "sluice_store_drifts",
        "Times the store differed from what its events said",
        source,
        s -> s.status().drifts());
  }

  private static double count(RoutingTable table, Candidate.State state) {
    return table.candidates().stream().filter(each -> each.candidate().state() == state).count();
  }
}
