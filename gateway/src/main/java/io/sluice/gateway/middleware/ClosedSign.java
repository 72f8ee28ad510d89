package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Maintenance;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.middleware.Verdict.Header;
import java.util.ArrayList;
import java.util.List;

/** Answers everybody but a few, while there is work to do behind it. */
final class ClosedSign implements Stage {
  private final Maintenance settings;
  private final Verdict.Answer answer;

  ClosedSign(Maintenance settings) {
    this.settings = settings;
    List<Header> fields = new ArrayList<>();
    fields.add(new Header("Content-Type", settings.contentType()));
    fields.add(new Header("Cache-Control", "no-store"));
    if (!settings.retryAfter().isZero()) {
      long seconds = Math.max(1, settings.retryAfter().toSeconds());
      fields.add(new Header("Retry-After", Long.toString(seconds)));
    }
    this.answer =
        new Verdict.Answer(
            Reason.MAINTENANCE, settings.statusCode(), List.copyOf(fields), settings.body());
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    return AddressGuard.isIn(settings.except(), exchange.client()) ? Verdict.PROCEED : answer;
  }
}
