package io.sluice.gateway.table;

import io.sluice.gateway.config.Listener;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteIndex;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.tls.ServerNames;
import org.jspecify.annotations.Nullable;

/**
 * A listener with the index of the frontends that are reachable through it, and of no others.
 *
 * @param scope what every request must match; null for no restriction
 * @param names the certificates; null for plain HTTP
 * @param index leads to frontend ids
 */
public record CompiledListener(
    Listener written,
    @Nullable Route scope,
    @Nullable ServerNames names,
    RouteIndex<String> index) {
  public String id() {
    return written.id();
  }

  /** The id of the frontend that the request belongs to, or null. */
  @Nullable String match(RouteInput input) {
    return scope == null || scope.matches(input) ? index.match(input) : null;
  }
}
