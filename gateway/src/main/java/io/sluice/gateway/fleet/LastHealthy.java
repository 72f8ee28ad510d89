package io.sluice.gateway.fleet;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Backends that a change leaves with servers, of which no gateway finds one healthy. */
public final class LastHealthy {
  private static final Logger LOG = LoggerFactory.getLogger(LastHealthy.class);

  private LastHealthy() {}

  /** A warning for each. What no gateway knows yet may be well, and is not warned of. */
  public static List<Problem> lost(Fleet fleet, Config before, Config after)
      throws IOException, InterruptedException {
    Set<String> fewer = new TreeSet<>();
    for (String backend : after.backends().keySet()) {
      Set<String> were = addresses(before, backend);
      Set<String> are = addresses(after, backend);
      if (!are.isEmpty() && were.size() > are.size() && were.containsAll(are)) {
        fewer.add(backend);
      }
    }
    if (fewer.isEmpty()) {
      return List.of();
    }
    Set<String> healthy = healthy(fleet);
    List<Problem> lost = new ArrayList<>();
    for (String backend : fewer) {
      boolean was = addresses(before, backend).stream().anyMatch(healthy::contains);
      if (was && addresses(after, backend).stream().noneMatch(healthy::contains)) {
        lost.add(
            Problem.advice(
                Problem.Level.WARNING,
                "backends/" + backend,
                "this change removes the last healthy server"));
      }
    }
    return lost;
  }

  private static Set<String> addresses(Config config, String backend) {
    Set<String> addresses = new HashSet<>();
    for (Server server : config.servers().getOrDefault(backend, List.of())) {
      if (TreeCheck.takesRequests(server)) {
        addresses.add(address(backend, server.host(), server.port()));
      }
    }
    return addresses;
  }

  private static String address(String backend, String host, int port) {
    return backend + ' ' + host + ' ' + port;
  }

  private static Set<String> healthy(Fleet fleet) throws IOException, InterruptedException {
    Set<String> healthy = new HashSet<>();
    for (GatewayStatus gateway : fleet.gateways().values()) {
      try {
        fleet.servers(gateway).stream()
            .filter(SeenServer::isReady)
            .map(each -> address(each.backend(), each.host(), each.port()))
            .forEach(healthy::add);
      } catch (AdminApi.SilentException silent) {
        LOG.debug("not asked: {}", silent.getMessage());
      }
    }
    return healthy;
  }
}
