package io.sluice.gateway.rollout;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.Fleet;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the gateways count of both backends from the moment this is made. One thread. */
final class Window {
  private static final Logger LOG = LoggerFactory.getLogger(Window.class);

  private final Fleet fleet;
  private final Shift plan;
  private final Map<String, Traffic> lastCanary = new HashMap<>();
  private final Map<String, Traffic> lastBaseline = new HashMap<>();
  private final Traffic canary = new Traffic();
  private final Traffic baseline = new Traffic();

  Window(Fleet fleet, Shift plan) throws IOException, InterruptedException {
    this.fleet = fleet;
    this.plan = plan;
    look(true);
  }

  /** Adds what was counted since the last look. */
  void look() throws IOException, InterruptedException {
    look(false);
  }

  private void look(boolean first) throws IOException, InterruptedException {
    for (GatewayStatus gateway : fleet.gateways().values()) {
      String metrics;
      try {
        metrics = fleet.metrics(gateway);
      } catch (Fleet.SilentException dying) {
        // The others count on.
        LOG.debug("not measured: {}", dying.getMessage());
        continue;
      }
      take(
          canary,
          lastCanary,
          gateway.id(),
          Traffic.read(metrics, plan.frontend(), plan.to()),
          first);
      take(
          baseline,
          lastBaseline,
          gateway.id(),
          Traffic.read(metrics, plan.frontend(), plan.from()),
          first);
    }
  }

  private static void take(
      Traffic sum, Map<String, Traffic> last, String gateway, Traffic now, boolean first) {
    Traffic before = last.put(gateway, now);
    if (!first) {
      sum.add(now, before == null ? new Traffic() : before);
    }
  }

  Traffic canary() {
    return canary;
  }

  /** With everything on the new backend nothing is left to compare with but what was. */
  Traffic baseline(Traffic earlier) {
    return baseline.requests() > 0 ? baseline : earlier;
  }
}
