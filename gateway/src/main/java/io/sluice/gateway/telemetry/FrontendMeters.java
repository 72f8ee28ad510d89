package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.Timer;
import io.sluice.gateway.memory.Bounded;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The meters of one frontend, by the listener a request came through and the backend it went to.
 * Any thread.
 */
public final class FrontendMeters {
  private final Telemetry telemetry;
  private final String frontend;
  private volatile RouteMeters[] routes = {};

  /** A stage that is written anew counts on. */
  @Bounded("by the stages that its frontend has ever had")
  private final Map<String, StageMeters> stages = new ConcurrentHashMap<>();

  FrontendMeters(Telemetry telemetry, String frontend) {
    this.telemetry = telemetry;
    this.frontend = frontend;
  }

  /** The meters of one of its stages. */
  public StageMeters stage(String id) {
    return stages.computeIfAbsent(id, i -> new StageMeters(telemetry, frontend, i));
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
    Timer duration = telemetry.timer(Metric.REQUEST_DURATION, frontend);
    Timer upstream = telemetry.timer(Metric.UPSTREAM_DURATION, frontend, backend);
    RouteMeters route = new RouteMeters(telemetry, listener, frontend, backend, duration, upstream);
    RouteMeters[] more = Arrays.copyOf(routes, routes.length + 1);
    more[routes.length] = route;
    routes = more;
    return route;
  }
}
