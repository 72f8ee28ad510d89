package io.sluice.gateway.fleet;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A server over all gateways.
 *
 * @param state the worst that a gateway says, DRAINING where its record does, NONE where no gateway
 *     knows it yet
 * @param since the latest moment at which a gateway saw it come into that state
 * @param lastError what went wrong there last, at one of those gateways
 * @param inFlight exchanges under way there, of all gateways together
 * @param unconfirmed whether it is kept although its lease has ended around an outage of the store
 * @param gateways the state at each
 */
public record ServerView(
    String backend,
    String server,
    String url,
    int weight,
    String state,
    String since,
    String lastError,
    long inFlight,
    boolean unconfirmed,
    Map<String, String> gateways) {
  private static final List<String> WORST_LAST =
      List.of("READY", "UNCHECKED", "FAILING", "EJECTED", "DOWN");

  /**
   * The servers of the tree.
   *
   * @param backends by id, as the store has them
   * @param told is handed the sentence of each gateway that does not answer
   */
  public static List<ServerView> of(
      Fleet fleet, Map<String, List<Server>> backends, Consumer<String> told)
      throws IOException, InterruptedException {
    Map<String, List<SeenServer>> seen = new TreeMap<>();
    for (GatewayStatus gateway : fleet.gateways().values()) {
      try {
        seen.put(gateway.id(), fleet.servers(gateway));
      } catch (AdminApi.SilentException silent) {
        told.accept(silent.getMessage());
      }
    }
    List<ServerView> views = new ArrayList<>();
    new TreeMap<>(backends)
        .forEach(
            (backend, servers) -> {
              servers.forEach(each -> views.add(view(backend, each, seen)));
              views.addAll(onlyAtGateways(backend, servers, seen));
            });
    return views;
  }

  /** Those that the store has no longer, and gateways keep for a while; by their addresses. */
  private static List<ServerView> onlyAtGateways(
      String backend, List<Server> known, Map<String, List<SeenServer>> gateways) {
    return gateways.values().stream()
        .flatMap(List::stream)
        .filter(each -> each.backend().equals(backend) && each.unconfirmed())
        .filter(each -> known.stream().noneMatch(each::isAt))
        .map(
            each ->
                new Server(
                    backend,
                    address(each.host(), each.port()),
                    each.host(),
                    each.port(),
                    false,
                    1,
                    false))
        .distinct()
        .sorted(Comparator.comparing(Server::id))
        .map(each -> view(backend, each, gateways))
        .toList();
  }

  private static ServerView view(
      String backend, Server server, Map<String, List<SeenServer>> gateways) {
    Map<String, String> states = new TreeMap<>();
    SeenServer worst = null;
    long inFlight = 0;
    for (Map.Entry<String, List<SeenServer>> gateway : gateways.entrySet()) {
      for (SeenServer each : gateway.getValue()) {
        if (each.backend().equals(backend) && each.isAt(server)) {
          states.put(gateway.getKey(), each.state());
          inFlight += each.inFlight();
          worst = worst == null || isWorse(each, worst) ? each : worst;
        }
      }
    }
    boolean out = !TreeCheck.takesRequests(server);
    String state = out ? "DRAINING" : worst == null ? "NONE" : worst.state();
    return new ServerView(
        backend,
        server.id(),
        url(server),
        server.weight(),
        state,
        out || worst == null ? "" : worst.since(),
        worst == null ? "" : worst.lastError(),
        inFlight,
        worst != null && worst.unconfirmed(),
        states);
  }

  private static boolean isWorse(SeenServer one, SeenServer other) {
    int difference = WORST_LAST.indexOf(one.state()) - WORST_LAST.indexOf(other.state());
    return difference == 0 ? one.since().compareTo(other.since()) > 0 : difference > 0;
  }

  private static String url(Server server) {
    return (server.tls() ? "https://" : "http://") + address(server.host(), server.port());
  }

  private static String address(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
