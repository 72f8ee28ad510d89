package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.config.Server;
import java.util.ArrayList;
import java.util.List;

/**
 * A server as a gateway sees it.
 *
 * @param isReady whether it gets requests of the backend
 */
public record SeenServer(String backend, String host, int port, boolean isReady) {
  /** Those of a gateway's {@code /status}. */
  static List<SeenServer> of(JsonNode status) {
    List<SeenServer> seen = new ArrayList<>();
    for (JsonNode each : status.path("candidates")) {
      seen.add(
          new SeenServer(
              each.path("backend").asText(),
              each.path("host").asText(),
              each.path("port").asInt(),
              each.path("state").asText().equals("READY")));
    }
    return seen;
  }

  /** Whether it is at that server's address. */
  public boolean isAt(Server server) {
    return host.equals(server.host()) && port == server.port();
  }
}
