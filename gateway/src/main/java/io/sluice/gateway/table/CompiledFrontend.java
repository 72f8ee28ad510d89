package io.sluice.gateway.table;

import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.middleware.MiddlewareChain;
import io.sluice.gateway.predicate.FailoverPredicate;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.telemetry.FrontendMeters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frontend with its route parsed and its stages alive.
 *
 * @param middlewares the records that the chain was made from
 * @param failover when another attempt is made; null for the built-in rule
 * @param unavailable why it answers 503 instead of serving without what its operator asked for;
 *     null when it serves
 */
public record CompiledFrontend(
    Frontend written,
    Route route,
    CompiledSplit split,
    List<Middleware> middlewares,
    MiddlewareChain chain,
    @Nullable Problem unavailable,
    @Nullable FailoverPredicate failover,
    FrontendMeters meters) {

  public String id() {
    return written.id();
  }

  /** Whether it is what was written, with nothing of an earlier form in it. */
  boolean isWhole() {
    return unavailable == null;
  }

  /** Whether the same requests, at the same priority and listeners, lead to both. */
  boolean routesLike(CompiledFrontend other) {
    return route == other.route
        && written.priority() == other.written.priority()
        && written.listeners().equals(other.written.listeners());
  }
}
