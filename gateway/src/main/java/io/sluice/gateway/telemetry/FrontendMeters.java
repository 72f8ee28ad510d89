package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sluice.gateway.memory.Bounded;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The meters of one frontend, by the listener a request came through and the backend it went to.
 * Any thread.
 */
public final class FrontendMeters {
  private static final Duration[] BOUNDARIES =
      java.util.stream.LongStream.of(
              500,
              1_000,
              2_500,
              5_000,
              10_000,
              25_000,
              50_000,
              100_000,
              250_000,
              500_000,
              1_000_000,
              5_000_000,
              30_000_000)
          .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final String frontend;
  private volatile RouteMeters[] routes = {};

  /** A stage that is written anew counts on. */
  @Bounded("by the stages that its frontend has ever had")
  private final Map<String, StageMeters> stages = new ConcurrentHashMap<>();

  FrontendMeters(MeterRegistry registry, String frontend) {
    this.registry = registry;
    this.frontend = frontend;
  }

  /** The meters of one of its stages. */
  public StageMeters stage(String id) {
    return stages.computeIfAbsent(id, i -> new StageMeters(registry, frontend, i));
  }

  /** The meters for a listener and a backend; either may be empty. */
  public RouteMeters route(String listener, String backend) {
    for (RouteMeters route : routes) {
      if (route.isFor(listener, backend)) {
        return route;
      }
    }
    return add(listener, backend);
  }

  private synchronized RouteMeters add(String listener, String backend) {
    for (RouteMeters route : routes) {
      if (route.isFor(listener, backend)) {
        return route;
      }
    }
    Timer duration = timer(Metric.REQUEST_DURATION, frontend);
    Timer upstream = timer(Metric.UPSTREAM_DURATION, frontend, backend);
    RouteMeters route = new RouteMeters(registry, listener, frontend, backend, duration, upstream);
    RouteMeters[] more = Arrays.copyOf(routes, routes.length + 1);
    more[routes.length] = route;
    routes = more;
    return route;
  }

  private Timer timer(Metric metric, String... values) {
    return Timer.builder(metric.meter())
        .description(metric.help())
        .tags(metric.tags(values))
        .serviceLevelObjectives(BOUNDARIES)
        .register(registry);
  }
}
