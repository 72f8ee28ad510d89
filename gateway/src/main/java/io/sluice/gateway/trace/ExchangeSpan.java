package io.sluice.gateway.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.telemetry.AccessEntry;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that is recorded, and its tries, one after the other, by the names of OpenTelemetry's
 * semantic conventions for HTTP. Event loop only.
 */
public final class ExchangeSpan {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<Long> RESENT =
      AttributeKey.longKey("http.request.resend_count");

  /** Others may be any text, of which there are too many (Semantic Conventions, HTTP spans). */
  private static final Set<String> METHODS =
      Set.of(
          "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY");

  private static final int SERVER_ERRORS = 500;
  static final int ERRORS = 400;

  private final Tracer tracer;
  private final Span span;
  private @Nullable Span attempt;

  ExchangeSpan(Tracer tracer, Span span) {
    this.tracer = tracer;
    this.span = span;
  }

  public String traceId() {
    return span.getSpanContext().getTraceId();
  }

  public String spanId() {
    return span.getSpanContext().getSpanId();
  }

  /**
   * A server is about to be asked.
   *
   * @param before how many were asked before
   */
  public void tryBegins(String method, String host, int port, int before) {
    SpanBuilder builder = asked(known(method), method, host, port);
    if (before > 0) {
      builder.setAttribute(RESENT, (long) before);
    }
    attempt = builder.startSpan();
  }

  /**
   * Somebody is about to be asked besides, for a stage.
   *
   * @param what for: {@code page}, {@code copy} or {@code forwardauth}
   */
  public SideSpan aside(String what, String method, String host, int port) {
    return new SideSpan(
        asked(known(method) + " " + what, method, host, port)
            .setAttribute("sluice.side_request", what)
            .startSpan());
  }

  private SpanBuilder asked(String name, String method, String host, int port) {
    return tracer
        .spanBuilder(name)
        .setParent(Context.root().with(span))
        .setSpanKind(SpanKind.CLIENT)
        .setAttribute(METHOD, known(method))
        .setAttribute(ADDRESS, host)
        .setAttribute(PORT, (long) port);
  }

  /** The server is told which span its request comes from. */
  public void tellServer(Fields fields) {
    TraceParents.set(fields, (attempt == null ? span : attempt).getSpanContext());
  }

  /**
   * The try is over.
   *
   * @param status what the server answered; 0 for nothing
   * @param error why it was given up; empty where it was not
   */
  public void tryEnds(int status, String error) {
    if (attempt == null) {
      return;
    }
    end(attempt, status, error, status >= ERRORS || !error.isEmpty());
    attempt = null;
  }

  /**
   * The exchange is over.
   *
   * @param entry what is known of it
   * @param route the expression of the frontend that took it; empty where none did
   * @param brokeOff whether a response that had begun did not come to its end, and not for the
   *     client's sake
   */
  public void end(AccessEntry entry, String route, boolean brokeOff) {
    String method = known(entry.method());
    span.updateName(entry.frontend().isEmpty() ? method : method + " " + entry.frontend());
    span.setAttribute(METHOD, method);
    if (!method.equals(entry.method())) {
      span.setAttribute("http.request.method_original", entry.method());
    }
    span.setAttribute("url.scheme", entry.tls().isEmpty() ? "http" : "https");
    span.setAttribute("url.path", entry.path());
    span.setAttribute(ADDRESS, entry.host());
    span.setAttribute("client.address", entry.client());
    unlessEmpty("network.protocol.version", version(entry.protocol()));
    unlessEmpty("user_agent.original", entry.userAgent());
    unlessEmpty("http.route", route);
    unlessEmpty("sluice.listener", entry.listener());
    unlessEmpty("sluice.frontend", entry.frontend());
    unlessEmpty("sluice.backend", entry.backend());
    span.setAttribute("sluice.request_id", entry.requestId());
    span.setAttribute("http.request.body.size", entry.bytesIn());
    span.setAttribute("http.response.body.size", entry.bytesOut());
    end(span, entry.status(), entry.reason(), entry.status() >= SERVER_ERRORS || brokeOff);
  }

  private void unlessEmpty(String name, String value) {
    if (!value.isEmpty()) {
      span.setAttribute(name, value);
    }
  }

  /** The number alone, as the conventions want it. */
  private static String version(String protocol) {
    return protocol.replace("HTTP/", "").replace("2.0", "2");
  }

  /**
   * @param failed whether whoever is on this side of the span has failed
   */
  static void end(Span span, int status, String error, boolean failed) {
    if (status > 0) {
      span.setAttribute(STATUS, (long) status);
    }
    if (failed || !error.isEmpty()) {
      span.setAttribute(ERROR, error.isEmpty() ? Integer.toString(status) : error);
    }
    if (failed) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  private static String known(String method) {
    return METHODS.contains(method) ? method : "_OTHER";
  }
}
