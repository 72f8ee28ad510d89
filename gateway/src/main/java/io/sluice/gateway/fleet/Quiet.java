package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Waits until nothing is under way any more: at a server through all gateways, or in a gateway. */
public final class Quiet {
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Fleet fleet;

  public Quiet(Fleet fleet) {
    this.fleet = fleet;
  }

  /**
   * Waits until no gateway has an exchange at a server.
   *
   * @return what is still under way when the time is over, one line a gateway
   */
  public List<String> awaitServer(Server server, Duration atMost)
      throws IOException, InterruptedException {
    return Patience.REAL.await(() -> busyWith(server), LOOK, atMost);
  }

  /** Waits until a gateway says that it is draining and has no client left; as above. */
  public List<String> awaitGateway(String id, Duration atMost)
      throws IOException, InterruptedException {
    return Patience.REAL.await(() -> busyIn(id), LOOK, atMost);
  }

  private List<String> busyWith(Server server) throws IOException, InterruptedException {
    List<String> busy = new ArrayList<>();
    for (Map.Entry<String, GatewayStatus> gateway : fleet.gateways().entrySet()) {
      for (SeenEndpoint endpoint : fleet.endpoints(gateway.getValue())) {
        if (endpoint.isOf(server) && endpoint.inFlight() > 0) {
          busy.add(
              "gateway "
                  + gateway.getKey()
                  + " has "
                  + endpoint.inFlight()
                  + " exchanges under way there");
        }
      }
    }
    return busy;
  }

  private List<String> busyIn(String id) throws IOException, InterruptedException {
    GatewayStatus gateway = fleet.gateways().get(id);
    if (gateway == null) {
      return List.of();
    }
    if (!gateway.draining()) {
      return List.of("gateway " + id + " does not drain yet");
    }
    JsonNode status = fleet.status(gateway);
    long exchanges = status.path("in_flight").asLong();
    long connections = status.path("client_connections").asLong();
    return exchanges == 0 && connections == 0
        ? List.of()
        : List.of(
            "gateway "
                + id
                + " has "
                + connections
                + " clients and "
                + exchanges
                + " exchanges under way");
  }
}
