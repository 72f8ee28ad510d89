package io.sluice.gateway.rollout;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A span of time, from the moment that this is made, in which gateways count. One thread. */
final class Window {
  private static final Logger LOG = LoggerFactory.getLogger(Window.class);

  private final Fleet fleet;
  private final List<Tally> tallies;

  Window(Fleet fleet, Tally... tallies) throws IOException, InterruptedException {
    this.fleet = fleet;
    this.tallies = List.of(tallies);
    look(Tally::begin);
  }

  /** What a tally does with a gateway's metrics. */
  private interface Use {
    void of(Tally tally, String gateway, String metrics);
  }

  /** Adds what was counted since the last look. */
  void look() throws IOException, InterruptedException {
    look(Tally::add);
  }

  private void look(Use use) throws IOException, InterruptedException {
    for (GatewayStatus gateway : fleet.gateways().values()) {
      try {
        String metrics = fleet.metrics(gateway);
        tallies.forEach(tally -> use.of(tally, gateway.id(), metrics));
      } catch (AdminApi.SilentException dying) {
        // The others count on.
        LOG.debug("not measured: {}", dying.getMessage());
      }
    }
  }
}
