package io.sluice.gtin.http;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts and times requests by route and status, and knows how many are under way. */
final class RequestMeters {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  /** What a timer is for. */
  private record Labels(String route, int code) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Labels, Timer> timers = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();

  RequestMeters() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    registry.gauge("gtin_requests_in_flight", inFlight);
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Counts the request when its response ends, however it ends. */
  void count(RoutingContext context) {
    long started = System.nanoTime();
    inFlight.incrementAndGet();
    context.addEndHandler(
        ended -> {
          inFlight.decrementAndGet();
          timer(context).record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
        });
    context.next();
  }

  void scrape(RoutingContext context) {
    // For whoever scrapes it, not for web pages.
    context.response().headers().remove("Access-Control-Allow-Origin");
    context.response().putHeader("Content-Type", PROMETHEUS_TEXT).end(registry.scrape());
  }

  private Timer timer(RoutingContext context) {
    var route = context.currentRoute();
    String path = route == null || route.getName() == null ? "other" : route.getName();
    return timers.computeIfAbsent(
        new Labels(path, context.response().getStatusCode()),
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
