package io.sluice.gtin.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.LaneStatus;
import io.sluice.gtin.telemetry.RequestLog;
import io.sluice.gtin.telemetry.Spans;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Counts and times requests by route and status, and knows how many are under way. */
final class RequestMeters {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private static final String TRACEPARENT = "traceparent";
  private static final int MOST_CHARACTERS = 256;

  /** What a timer is for. */
  private record Labels(String route, int code) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Labels, Timer> timers = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();

  private final RequestLog log;
  private final Spans spans;

  /**
   * @param log gets a line for each request
   * @param spans gets those that are recorded
   */
  RequestMeters(RequestLog log, Spans spans) {
    this.log = log;
    this.spans = spans;
    // Prometheus wants neither nanoseconds nor names that end in "count".
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
    FunctionCounter.builder("gtin_log_lines_lost", log, RequestLog::lost)
        .description("Lines of the request log that were dropped")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    Gauge.builder("gtin_requests_in_flight", inFlight, AtomicInteger::get)
        .description("Requests under way")
        .register(registry);
  }

  /** Publishes how the catalogue is, by kind of question. */
  void watch(Catalogue catalogue) {
    gauge("gtin_catalogue_away", "1 while its database is away", catalogue, Catalogue::isAway);
    gauge("gtin_catalogue_replica", "1 while a replica answers", catalogue, Catalogue::isReplica);
    List<LaneStatus> lanes = catalogue.lanes();
    for (int i = 0; i < lanes.size(); i++) {
      String lane = lanes.get(i).kind();
      int at = i;
      Gauge.builder("gtin_lane_under_way", catalogue, c -> c.lanes().get(at).underWay())
          .description("Questions that are being answered")
          .tag("lane", lane)
          .register(registry);
      Gauge.builder("gtin_lane_waiting", catalogue, c -> c.lanes().get(at).waiting())
          .description("Questions that wait for a thread")
          .tag("lane", lane)
          .register(registry);
      FunctionCounter.builder("gtin_lane_refused", catalogue, c -> c.lanes().get(at).refused())
          .description("Questions that were turned away")
          .tag("lane", lane)
          .register(registry);
    }
  }

  private void gauge(String name, String says, Catalogue of, Predicate<Catalogue> is) {
    Gauge.builder(name, of, c -> is.test(c) ? 1 : 0).description(says).register(registry);
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Counts the request when its response ends, however it ends. */
  void count(RoutingContext context) {
    long started = System.nanoTime();
    inFlight.incrementAndGet();
    HttpServerRequest request = context.request();
    Span span =
        spans.begin(request.method().name(), request.path(), request.getHeader(TRACEPARENT));
    context.addEndHandler(
        ended -> {
          inFlight.decrementAndGet();
          long nanos = System.nanoTime() - started;
          timer(context).record(nanos, TimeUnit.NANOSECONDS);
          if (log.isOn()) {
            log.add(entry(context, nanos));
          }
          if (span != null) {
            Spans.end(
                span, request.method().name(), route(context), context.response().getStatusCode());
          }
        });
    context.next();
  }

  void scrape(RoutingContext context) {
    // For whoever scrapes it, not for web pages.
    context.response().headers().remove("Access-Control-Allow-Origin");
    context.response().putHeader("Content-Type", PROMETHEUS_TEXT).end(registry.scrape());
  }

  private static String route(RoutingContext context) {
    var route = context.currentRoute();
    return route == null || route.getName() == null ? "other" : route.getName();
  }

  private static RequestLog.Entry entry(RoutingContext context, long nanos) {
    HttpServerRequest request = context.request();
    String client = header(request, "X-Real-IP");
    return new RequestLog.Entry(
        Instant.now().toString(),
        client.isEmpty() ? request.remoteAddress().hostAddress() : client,
        request.method().name(),
        request.uri(),
        route(context),
        context.response().getStatusCode(),
        context.response().bytesWritten(),
        nanos / 1e6,
        request.version().alpnName(),
        header(request, "User-Agent"),
        header(request, "X-Request-Id"),
        Spans.traceId(request.getHeader(TRACEPARENT)));
  }

  /** Its beginning, as it is kept. */
  private static String header(HttpServerRequest request, String name) {
    String value = request.getHeader(name);
    return value == null ? "" : value.substring(0, Math.min(value.length(), MOST_CHARACTERS));
  }

  private Timer timer(RoutingContext context) {
    return timers.computeIfAbsent(
        new Labels(route(context), context.response().getStatusCode()),
        labels ->
            Timer.builder("gtin_request_duration")
                .description("Requests answered")
                .tags("route", labels.route, "code", Integer.toString(labels.code))
                .serviceLevelObjectives(
                    Duration.ofMillis(1),
                    Duration.ofMillis(5),
                    Duration.ofMillis(25),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1))
                .register(registry));
  }
}
