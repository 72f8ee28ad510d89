package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Mirror;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.telemetry.StageMeters;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends copies of safe requests (RFC 9110 section 9.2.1) to another backend. So many are under way
 * at a time; what would be one more is dropped, and no request ever waits for its copy.
 */
final class TrafficMirror implements Stage {
  private static final int MOST_UNDER_WAY = 256;
  private static final int HUNDRED = 100;

  private final Mirror settings;
  private final StageMeters meters;
  private final AtomicInteger underWay = new AtomicInteger();

  TrafficMirror(Mirror settings, StageMeters meters) {
    this.settings = settings;
    this.meters = meters;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    RequestHead request = exchange.request();
    boolean copied =
        !request.hasBody()
            && request.upgrade().isEmpty()
            && request.isSafe()
            && ThreadLocalRandom.current().nextDouble() * HUNDRED < settings.percent();
    if (copied) {
      exchange.copyTo(settings.backendId(), this::begins, this::ended);
    }
    return Verdict.PROCEED;
  }

  private boolean begins() {
    if (underWay.incrementAndGet() > MOST_UNDER_WAY) {
      underWay.decrementAndGet();
      meters.besides("dropped");
      return false;
    }
    return true;
  }

  private void ended(boolean answered) {
    underWay.decrementAndGet();
    meters.besides(answered ? "answered" : "failed");
  }
}
