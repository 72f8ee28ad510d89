package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.config.Server;
import java.util.ArrayList;
import java.util.List;

/**
 * An address that a gateway sends to, for whatever backends.
 *
 * @param inFlight exchanges that are under way there
 * @param exchanges all that there were
 */
public record SeenEndpoint(String host, int port, long inFlight, long exchanges) {
  /** Those of a gateway's {@code /status}. */
  static List<SeenEndpoint> of(JsonNode status) {
    List<SeenEndpoint> seen = new ArrayList<>();
    for (JsonNode each : status.path("endpoints")) {
      seen.add(
          new SeenEndpoint(
              each.path("host").asText(),
              each.path("port").asInt(),
              each.path("in_flight").asLong(),
              each.path("exchanges").asLong()));
    }
    return seen;
  }

  /** Whether that server is there. */
  public boolean isOf(Server server) {
    return host.equals(server.host()) && port == server.port();
  }
}
