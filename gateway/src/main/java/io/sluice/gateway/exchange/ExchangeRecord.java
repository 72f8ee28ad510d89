package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestId;
import io.sluice.gateway.http.TraceParent;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.telemetry.AccessEntry;
import io.sluice.gateway.telemetry.ListenerMeters;
import io.sluice.gateway.telemetry.RouteMeters;
import io.sluice.gateway.trace.ExchangeSpan;
import io.sluice.gateway.wire.Loop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange leaves behind: counts in the meters, a line in the access log, a span in a
 * trace. Filled while the exchange goes on, told once when it is over. Event loop only.
 */
final class ExchangeRecord {
  private static final int ERRORS = 400;

  private final ProxyContext context;
  private final Loop loop;
  private final RequestHead request;
  private final RequestId id;
  private final long revision;
  private final long startedNanos;
  private @Nullable CompiledListener listener;
  private @Nullable CompiledFrontend frontend;
  private @Nullable CompiledBackend backend;
  private @Nullable ExchangeSpan span;
  private String user = "";
  private int status;
  private long bytesOut;

  /**
   * @param revision of the store, by which the exchange is decided
   */
  ExchangeRecord(
      ProxyContext context, Loop loop, RequestHead request, RequestId id, long revision) {
    this.context = context;
    this.loop = loop;
    this.request = request;
    this.id = id;
    this.revision = revision;
    this.startedNanos = loop.now();
  }

  void listener(CompiledListener through) {
    listener = through;
  }

  /** The frontend is known, and with it what share of the exchanges is recorded in traces. */
  void frontend(CompiledFrontend to) {
    frontend = to;
    span = begin(to.written().traceShare());
  }

  void backend(CompiledBackend to) {
    backend = to;
  }

  /** Who the client is, as a stage has found. */
  void user(String name) {
    user = name;
  }

  void answered(int with) {
    status = with;
  }

  int status() {
    return status;
  }

  void sent(int bytes) {
    bytesOut += bytes;
  }

  long elapsedNanos() {
    return loop.now() - startedNanos;
  }

  /** Where the exchange is recorded; null where it is not. */
  @Nullable ExchangeSpan span() {
    return span;
  }

  private @Nullable ExchangeSpan begin(double share) {
    return context.traces().begin(request.fields(), share, elapsedNanos());
  }

  /**
   * Tells everybody.
   *
   * @param exchange which is over
   * @param bytesIn of the request's body
   * @param delivery what was asked of servers; null for nothing
   * @param stage the id of the one that answered; empty where none has
   * @param reason why the exchange ended out of the ordinary; null where it did not
   */
  void tell(
      Exchange exchange,
      long bytesIn,
      @Nullable Delivery delivery,
      String stage,
      @Nullable Reason reason) {
    if (frontend == null) {
      span = begin(-1);
    }
    long durationNanos = elapsedNanos();
    count(bytesIn, durationNanos, delivery == null ? 0 : delivery.durationNanos(), reason);
    boolean logged = context.accessLog().isOn();
    if (span == null && !logged) {
      return;
    }
    AccessEntry entry = entry(exchange, bytesIn, durationNanos, delivery, stage, reason);
    if (logged) {
      context.accessLog().write(entry);
    }
    if (span != null) {
      boolean brokeOff = reason != null && reason.side() != Reason.Side.CLIENT;
      span.end(
          entry,
          frontend == null ? "" : frontend.written().route(),
          brokeOff && delivery != null && status < ERRORS);
    }
  }

  private void count(long bytesIn, long durationNanos, long ofServer, @Nullable Reason reason) {
    if (reason != null) {
      context.telemetry().rejected(reason.label());
    }
    var meters = frontend == null ? context.telemetry().frontend("") : frontend.meters();
    RouteMeters route = meters.route(listenerId(), backendId());
    boolean isHttp2 = request.version().length() > 0 && request.version().charAt(0) == '2';
    ListenerMeters.Protocol protocol =
        isHttp2 ? ListenerMeters.Protocol.HTTP2 : ListenerMeters.Protocol.HTTP1;
    if (span == null) {
      route.exchange(status, protocol, bytesIn, bytesOut, durationNanos, ofServer);
    } else {
      context
          .telemetry()
          .measured(
              span.traceId(),
              span.spanId(),
              () -> route.exchange(status, protocol, bytesIn, bytesOut, durationNanos, ofServer));
    }
  }

  private String listenerId() {
    return listener == null ? "" : listener.id();
  }

  private String backendId() {
    return backend == null ? "" : backend.id();
  }

  private String protocol() {
    AsciiString version = request.version();
    return version.isEmpty() ? "" : "HTTP/" + version;
  }

  private String said(String name) {
    AsciiString value = request.fields().first(name);
    return value == null ? "" : AccessEntry.text(value);
  }

  private AccessEntry entry(
      Exchange exchange,
      long bytesIn,
      long durationNanos,
      @Nullable Delivery delivery,
      String stage,
      @Nullable Reason reason) {
    return new AccessEntry(
        System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(durationNanos),
        exchange.clientText().toString(),
        listenerId(),
        frontend == null ? "" : frontend.id(),
        backendId(),
        delivery == null ? "" : delivery.endpointName(),
        AccessEntry.text(request.method()),
        AccessEntry.text(request.host()),
        AccessEntry.text(request.path()),
        status,
        bytesIn,
        bytesOut,
        durationNanos,
        delivery == null ? 0 : delivery.durationNanos(),
        delivery == null ? 0 : delivery.count(),
        reason == null ? "" : reason.label(),
        id.toString(),
        protocol(),
        said("User-Agent"),
        said("Referer"),
        exchange.tlsVersion(),
        user,
        stage,
        span == null ? TraceParent.traceId(request.fields()) : span.traceId(),
        revision,
        delivery == null ? List.of() : delivery.failedTries());
  }
}
