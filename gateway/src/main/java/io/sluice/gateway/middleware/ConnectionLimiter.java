package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Middleware.ConnLimit;
import io.sluice.gateway.http.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the requests of each source that are being served, and refuses one too many. A source
 * without requests takes no memory.
 */
final class ConnectionLimiter implements Stage {
  private final ConnLimit settings;
  private final Map<Object, Integer> inFlight = new ConcurrentHashMap<>();

  ConnectionLimiter(ConnLimit settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    Object source = SourceKey.of(settings.variable(), exchange);
    if (inFlight.merge(source, 1, Integer::sum) <= settings.connections()) {
      return new Verdict.Proceed(source);
    }
    leave(source);
    return new Verdict.Reply(
        Reason.CONNECTION_LIMITED, "max connections reached: " + settings.connections(), null);
  }

  @Override
  public void onFinish(Verdict.Proceed verdict) {
    if (verdict.memo() != null) {
      leave(verdict.memo());
    }
  }

  private void leave(Object source) {
    inFlight.computeIfPresent(source, (s, count) -> count > 1 ? count - 1 : null);
  }
}
