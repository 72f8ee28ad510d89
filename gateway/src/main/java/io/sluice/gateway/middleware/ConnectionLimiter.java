package io.sluice.gateway.middleware;

import io.sluice.gateway.config.ConnLimit;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.middleware.FleetCounts.Place;
import io.sluice.gateway.telemetry.StageMeters;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of each source that are being served, and refuses one too many. A source
 * without requests takes no memory. What is counted over all gateways is counted here, too, for the
 * time in which nobody counts for all.
 */
final class ConnectionLimiter implements Stage {
  /** A request that is being served. */
  private record Inside(SourceKey source, @Nullable Place place) {}

  private final ConnLimit settings;
  private final String limit;
  private final FleetCounts fleet;
  private final StageMeters meters;

  @Bounded("by the exchanges that may be under way, with 16 bytes for the source of each")
  private final Map<SourceKey, Integer> inFlight = new ConcurrentHashMap<>();

  ConnectionLimiter(
      Middleware written, ConnLimit settings, StageContext context, StageMeters meters) {
    this.settings = settings;
    this.limit = written.frontendId() + "/" + written.id();
    this.fleet = context.fleet();
    this.meters = meters;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    if (!settings.fleet()) {
      return alone(exchange, settings.connections());
    }
    if (!fleet.isThere()) {
      return part(exchange);
    }
    return new Verdict.Wait(
        fleet
            .enter(limit, FleetCounts.source(settings.variable(), exchange), settings.connections())
            .handle((place, failure) -> () -> together(exchange, place)));
  }

  /**
   * @param place null where nobody has answered
   */
  private Verdict together(ExchangeView exchange, @Nullable Place place) {
    if (place == null) {
      return part(exchange);
    }
    meters.besides("answered");
    if (!place.isGiven()) {
      return refused();
    }
    SourceKey source = SourceKey.of(settings.variable(), exchange);
    inFlight.merge(source, 1, Integer::sum);
    return new Verdict.Proceed(new Inside(source, place));
  }

  /** As many as this gateway may allow while nobody counts for all. */
  private Verdict part(ExchangeView exchange) {
    meters.besides("failed");
    int whole = settings.connections();
    return alone(exchange, whole == 0 ? 0 : Math.max(1, whole / fleet.gateways()));
  }

  private Verdict alone(ExchangeView exchange, int most) {
    SourceKey source = SourceKey.of(settings.variable(), exchange);
    if (inFlight.merge(source, 1, Integer::sum) <= most) {
      return new Verdict.Proceed(new Inside(source, null));
    }
    leave(source);
    return refused();
  }

  private Verdict refused() {
    if (settings.shadow()) {
      return Verdict.SHADOWED;
    }
    return new Verdict.Reply(
        Reason.CONNECTION_LIMITED, "max connections reached: " + settings.connections(), null);
  }

  @Override
  public void onFinish(ExchangeView exchange, Verdict.Proceed verdict) {
    if (verdict.memo() instanceof Inside(SourceKey source, Place place)) {
      leave(source);
      if (place != null) {
        place.leave();
      }
    }
  }

  private void leave(SourceKey source) {
    inFlight.computeIfPresent(source, (s, count) -> count > 1 ? count - 1 : null);
  }
}
