package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.config.Server;
import java.util.ArrayList;
import java.util.List;

/**
 * A server as a gateway sees it.
 *
 * @param state READY, UNCHECKED, FAILING, EJECTED or DOWN
 * @param since when it came into that state, ISO 8601
 * @param lastError what went wrong there last; empty when nothing has
 * @param inFlight exchanges under way at its address, of whatever backends
 * @param unconfirmed whether its lease has ended around an outage of the store
 * @param exchanges all that there were, and how many of them failed
 */
public record SeenServer(
    String backend,
    String host,
    int port,
    String state,
    String since,
    String lastError,
    long inFlight,
    long exchanges,
    long failures,
    boolean unconfirmed) {
  /** Those of a gateway's {@code /status}. */
  static List<SeenServer> of(JsonNode status) {
    List<SeenServer> seen = new ArrayList<>();
    for (JsonNode each : status.path("candidates")) {
      seen.add(
          new SeenServer(
              each.path("backend").asText(),
              each.path("host").asText(),
              each.path("port").asInt(),
              each.path("state").asText(),
              each.path("since").asText(),
              each.path("last_error").asText(),
              each.path("in_flight").asLong(),
              each.path("exchanges").asLong(),
              each.path("failures").asLong(),
              each.path("unconfirmed").asBoolean()));
    }
    return seen;
  }

  /** Whether it gets requests of the backend. */
  public boolean isReady() {
    return state.equals("READY");
  }

  /** Whether it is at that server's address. */
  public boolean isAt(Server server) {
    return host.equals(server.host()) && port == server.port();
  }
}
