package io.sluice.gateway.config;

import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteSyntaxException;
import java.time.Duration;

/**
 * {@code fault}: delays and aborts a share of the requests, for testers.
 *
 * @param delayPercent of the requests wait for {@code delay}
 * @param abortPercent of the requests are answered with {@code abortStatus}
 * @param when a route expression: only requests that match it; empty for all
 */
public record Fault(
    Duration delay, double delayPercent, int abortStatus, double abortPercent, String when)
    implements Middleware.Spec {
  @Override
  public String decidedBy() {
    return "chance";
  }

  static Fault read(JsonRecord json) throws JsonRecord.BadValue {
    Duration delay = json.duration("Delay", Duration.ZERO);
    double delayPercent = json.percent("DelayPercent", delay.isZero() ? 0 : 100);
    int status = (int) json.integer("AbortStatus", 0, 0, 599);
    double abortPercent = json.percent("AbortPercent", status == 0 ? 0 : 100);
    if (delay.isZero() && status == 0) {
      throw json.bad("Delay", "neither Delay nor AbortStatus", "one of them");
    }
    if (status != 0 && status < 200) {
      throw json.bad("AbortStatus", Integer.toString(status), "a status from 200 to 599");
    }
    if (delay.compareTo(Duration.ofMinutes(1)) > 0) {
      throw json.bad("Delay", "more than a minute", "at most 1m");
    }
    String when = json.string("When", "");
    try {
      if (!when.isEmpty()) {
        Route.parse(when);
      }
    } catch (RouteSyntaxException notOne) {
      throw json.bad("When", notOne.found(), notOne.expected());
    }
    return new Fault(delay, delayPercent, status, abortPercent, when);
  }
}
