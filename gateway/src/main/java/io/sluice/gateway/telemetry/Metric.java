package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.Tags;
import io.sluice.gateway.memory.Bounded;
import java.util.List;

/**
 * Every metric of the gateway's own, as {@code /metrics} names it, with its labels and what it
 * says. The page {@code gateway/docs/metrics.md} is made of this list.
 */
public enum Metric {
  REQUESTS(Kind.COUNT, "requests", "Requests answered", "listener", "frontend", "backend", "code"),
  REQUEST_DURATION(
      Kind.TIME,
      "request_duration",
      "From a request's head to the end of its exchange",
      "frontend"),
  UPSTREAM_DURATION(
      Kind.TIME,
      "upstream_duration",
      "From the start of an exchange's last attempt to the end of its response",
      "frontend",
      "backend"),
  RECEIVED_BYTES(Kind.COUNT, "received_bytes", "Bytes of the bodies of requests", "frontend"),
  SENT_BYTES(Kind.COUNT, "sent_bytes", "Bytes of the bodies of responses", "frontend"),
  PROTOCOL_REQUESTS(
      Kind.COUNT,
      "protocol_requests",
      "Requests answered, by what their clients speak: http/1.1 (1.0 as well) or h2",
      "listener",
      "protocol"),
  HANDSHAKES(
      Kind.COUNT,
      "handshakes",
      "TLS handshakes of clients, by the version that they ended in, or failed",
      "listener",
      "outcome"),
  REJECTED(Kind.COUNT, "rejected", "Exchanges that were refused or failed, by reason", "reason"),
  RETRIES(Kind.COUNT, "retries", "Further attempts, by what led to them", "reason"),
  STAGE_REQUESTS(
      Kind.COUNT,
      "stage_requests",
      "Requests that came to a stage, by what became of them: passed, or a reason",
      "frontend",
      "stage",
      "outcome"),
  STAGE_SIDE_REQUESTS(
      Kind.COUNT,
      "stage_side_requests",
      "Requests that a stage sent besides, by what became of them: answered, failed, dropped",
      "frontend",
      "stage",
      "outcome"),
  SERVER_UP(
      Kind.NUMBER,
      "server_up",
      "1 while a server takes requests of its backend, 0 while it is down, ejected, failing or"
          + " drained",
      "backend",
      "server"),
  SERVER_REQUESTS(
      Kind.COUNT,
      "server_requests",
      "Requests that a server was given, by whichever backend has it",
      "backend",
      "server"),
  SERVER_FAILURES(
      Kind.COUNT, "server_failures", "Attempts on a server that failed", "backend", "server"),
  SERVER_IN_FLIGHT(
      Kind.NUMBER, "server_in_flight", "Requests that a server is answering", "backend", "server"),
  SERVER_CONNECTIONS(
      Kind.NUMBER, "server_connections", "Open connections to a server", "backend", "server"),
  BACKEND_UNANSWERED(
      Kind.NUMBER,
      "backend_unanswered",
      "1 for a backend that frontends send to while no server of it answers",
      "backend"),
  BACKEND_IN_FLIGHT(
      Kind.NUMBER, "backend_in_flight", "Requests that have a place at a backend", "backend"),
  BACKEND_WAITING(
      Kind.NUMBER, "backend_waiting", "Requests that wait for a place at a backend", "backend"),
  ENDPOINTS_READY(Kind.NUMBER, "endpoints_ready", "Servers that take requests"),
  ENDPOINTS_UNCHECKED(
      Kind.NUMBER, "endpoints_unchecked", "Servers of which no check has said anything yet"),
  ENDPOINTS_FAILING(Kind.NUMBER, "endpoints_failing", "Servers that were not reached of late"),
  ENDPOINTS_DRAINING(Kind.NUMBER, "endpoints_draining", "Servers that are given nothing new"),
  ENDPOINTS_EJECTED(
      Kind.NUMBER, "endpoints_ejected", "Servers that are left alone for a while for their errors"),
  ENDPOINTS_DOWN(Kind.NUMBER, "endpoints_down", "Servers whose checks fail"),
  EXCHANGES_IN_FLIGHT(Kind.NUMBER, "exchanges_in_flight", "Exchanges under way"),
  CLIENT_CONNECTIONS(Kind.NUMBER, "client_connections", "Open connections of clients"),
  MEMORY_USED(Kind.NUMBER, "memory_used_bytes", "What is kept for strangers", "budget"),
  MEMORY_LIMIT(Kind.NUMBER, "memory_limit_bytes", "What may be kept for strangers", "budget"),
  MEMORY_REFUSED(
      Kind.NUMBER,
      "memory_refused",
      "Times that something was turned away or cut for want of room",
      "budget"),
  MATCH_FAILURES(
      Kind.NUMBER, "match_failures", "Times that a route could not be compared with a request"),
  BUILD(Kind.NUMBER, "build", "1: which gateway it is, and on which Java", "version", "java"),
  CONFIG_REVISION(Kind.NUMBER, "config_revision", "Revision of the tree that serves"),
  CONFIG_APPLIED(
      Kind.NUMBER,
      "config_applied_timestamp_seconds",
      "When the table that serves was published, in seconds of the epoch"),
  CONFIG_PROBLEMS(Kind.NUMBER, "config_problems", "Problems in the configuration"),
  TABLE_VERSION(Kind.NUMBER, "table_version", "Tables published by this process"),
  STORE_CONNECTED(Kind.NUMBER, "store_connected", "1 while the store can be asked"),
  STORE_HELD(Kind.NUMBER, "store_held", "1 while a tree waits for the operator's word"),
  STORE_DRIFTS(Kind.NUMBER, "store_drifts", "Times the store differed from what its events said"),
  CERTIFICATE_ENDS(
      Kind.NUMBER,
      "certificate_not_after_timestamp_seconds",
      "When the certificate of a host ends, in seconds of the epoch",
      "host"),
  OCSP_FAILURES(Kind.COUNT, "ocsp_failures", "OCSP questions without a good answer"),
  REDIS_CONNECTED(
      Kind.NUMBER, "redis_connected", "1 while the Redis of --redis counts for the fleet"),
  REDIS_GATEWAYS(
      Kind.NUMBER, "redis_gateways", "Gateways that count together in the Redis of --redis"),
  TRACE_SPANS(Kind.COUNT, "trace_spans", "Spans that have ended"),
  TRACE_SPANS_LOST(
      Kind.COUNT, "trace_spans_lost", "Spans that the collector of --otlp did not get"),
  ACCESS_LOG_DROPPED(Kind.NUMBER, "access_log_dropped", "Lines of the access log that were lost"),
  TAPS(Kind.NUMBER, "taps", "Who looks at exchanges as they end (sluice tap)");

  /** How it moves. */
  public enum Kind {
    /** Only grows; its name ends in {@code _total}. */
    COUNT,
    /** Looked up when it is scraped. */
    NUMBER,
    /** A histogram of times; its name ends in {@code _seconds}. */
    TIME
  }

  private static final String PREFIX = "sluice_";

  private final Kind kind;
  private final String noun;
  private final String help;

  @Bounded("it never changes")
  private final List<String> labels;

  Metric(Kind kind, String noun, String help, String... labels) {
    this.kind = kind;
    this.noun = noun;
    this.help = help;
    this.labels = List.of(labels);
  }

  public Kind kind() {
    return kind;
  }

  public String help() {
    return help;
  }

  public List<String> labels() {
    return labels;
  }

  /** As {@code /metrics} has it. */
  public String written() {
    return switch (kind) {
      case COUNT -> meter() + "_total";
      case NUMBER -> meter();
      case TIME -> meter() + "_seconds";
    };
  }

  /** As the registry has it, which adds the end by itself. */
  String meter() {
    return PREFIX + noun;
  }

  /**
   * Its labels with these values.
   *
   * @param values one for each label, in their order
   */
  Tags tags(String... values) {
    if (values.length != labels.size()) {
      throw new IllegalArgumentException(
          written() + ": found " + values.length + " values, expected " + labels);
    }
    Tags tags = Tags.empty();
    for (int i = 0; i < values.length; i++) {
      tags = tags.and(labels.get(i), values[i]);
    }
    return tags;
  }
}
