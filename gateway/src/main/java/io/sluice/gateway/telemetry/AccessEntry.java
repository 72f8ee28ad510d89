package io.sluice.gateway.telemetry;

import java.util.List;

/**
 * One line of the access log.
 *
 * @param epochMillis when the exchange began
 * @param client the client's address
 * @param listener its id, or empty
 * @param frontend its id, or empty where no route matched
 * @param backend its id, or empty
 * @param endpoint {@code host:port} of the last attempt, or empty
 * @param path without the query, which may hold secrets
 * @param status what the client got, or would have
 * @param bytesIn request body, in bytes
 * @param bytesOut response body, in bytes
 * @param durationNanos from the request's head to the end of the exchange
 * @param upstreamNanos of it, from the last attempt's start to its end
 * @param attempts how many endpoints were tried
 * @param reason why it did not go the ordinary way, or empty
 * @param requestId what it is found again by
 * @param protocol {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2}
 * @param userAgent the client's word, or empty
 * @param referer the same
 * @param tls the version of TLS that the client speaks, or empty
 * @param user who the client is, as a stage has found, or empty
 * @param stage which one answered, or empty
 * @param traceId of the trace that the client's {@code traceparent} names (W3C Trace Context), or
 *     empty
 * @param revision of the store, by which the request was decided
 * @param failed the attempts before the last one
 */
public record AccessEntry(
    long epochMillis,
    String client,
    String listener,
    String frontend,
    String backend,
    String endpoint,
    String method,
    String host,
    String path,
    int status,
    long bytesIn,
    long bytesOut,
    long durationNanos,
    long upstreamNanos,
    int attempts,
    String reason,
    String requestId,
    String protocol,
    String userAgent,
    String referer,
    String tls,
    String user,
    String stage,
    String traceId,
    long revision,
    List<Try> failed) {
  /**
   * An attempt.
   *
   * @param endpoint {@code host:port}
   * @param reason why it was given up: one of the reasons, or the status that was not wanted
   * @param nanos from its start to its end
   */
  public record Try(String endpoint, String reason, long nanos) {}

  private static final int MOST_CHARS = 2_000;

  /** A text of the client's as an entry keeps it: no more than two thousand characters of it. */
  public static String text(CharSequence said) {
    return said.length() <= MOST_CHARS
        ? said.toString()
        : said.subSequence(0, MOST_CHARS).toString() + "…";
  }

  /** Appends the entry as one JSON object and a line end. */
  void appendTo(StringBuilder line) {
    line.append("{\"time\":\"").append(java.time.Instant.ofEpochMilli(epochMillis)).append('"');
    text(line, "client", client);
    text(line, "listener", listener);
    text(line, "frontend", frontend);
    text(line, "backend", backend);
    text(line, "endpoint", endpoint);
    text(line, "method", method);
    text(line, "host", host);
    text(line, "path", path);
    number(line, "status", status);
    number(line, "bytes_in", bytesIn);
    number(line, "bytes_out", bytesOut);
    millis(line, "duration_ms", durationNanos);
    millis(line, "upstream_ms", upstreamNanos);
    number(line, "attempts", attempts);
    text(line, "reason", reason);
    text(line, "request_id", requestId);
    text(line, "protocol", protocol);
    text(line, "user_agent", userAgent);
    text(line, "referer", referer);
    text(line, "tls", tls);
    text(line, "user", user);
    text(line, "stage", stage);
    text(line, "trace_id", traceId);
    number(line, "revision", revision);
    line.append(",\"tries\":[");
    for (int i = 0; i < failed.size(); i++) {
      append(failed.get(i), line);
      line.append(',');
    }
    if (!endpoint.isEmpty()) {
      append(new Try(endpoint, reason, upstreamNanos), line);
    }
    line.append("]}\n");
  }

  private static void append(Try each, StringBuilder line) {
    line.append("{\"endpoint\":\"");
    JsonText.append(line, each.endpoint);
    line.append('"');
    text(line, "reason", each.reason);
    millis(line, "ms", each.nanos);
    line.append('}');
  }

  private static void number(StringBuilder line, String name, long value) {
    line.append(",\"").append(name).append("\":").append(value);
  }

  private static void millis(StringBuilder line, String name, long nanos) {
    long micros = nanos / 1_000;
    line.append(",\"").append(name).append("\":").append(micros / 1_000).append('.');
    long fraction = micros % 1_000;
    line.append(fraction / 100).append(fraction / 10 % 10).append(fraction % 10);
  }

  private static void text(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":\"");
    JsonText.append(line, value);
    line.append('"');
  }
}
