package io.sluice.gateway.middleware;

import io.sluice.gateway.config.ConnLimit;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the requests of each source that are being served, and refuses one too many. A source
 * without requests takes no memory.
 */
final class ConnectionLimiter implements Stage {
  private final ConnLimit settings;

  @Bounded("by the exchanges that may be under way, with 16 bytes for the source of each")
  private final Map<SourceKey, Integer> inFlight = new ConcurrentHashMap<>();

  ConnectionLimiter(ConnLimit settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    SourceKey source = SourceKey.of(settings.variable(), exchange);
    if (inFlight.merge(source, 1, Integer::sum) <= settings.connections()) {
      return new Verdict.Proceed(source);
    }
    leave(source);
    if (settings.shadow()) {
      return Verdict.SHADOWED;
    }
    return new Verdict.Reply(
        Reason.CONNECTION_LIMITED, "max connections reached: " + settings.connections(), null);
  }

  @Override
  public void onFinish(ExchangeView exchange, Verdict.Proceed verdict) {
    if (verdict.memo() instanceof SourceKey source) {
      leave(source);
    }
  }

  private void leave(SourceKey source) {
    inFlight.computeIfPresent(source, (s, count) -> count > 1 ? count - 1 : null);
  }
}
