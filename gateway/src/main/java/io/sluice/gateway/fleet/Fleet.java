package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The gateways that are alive, as they say themselves. */
public final class Fleet {
  private static final Duration LOOK = Duration.ofMillis(50);

  private final EtcdStore store;
  private final AdminApi admin;

  public Fleet(EtcdStore store) {
    this.store = store;
    this.admin = new AdminApi(store.adminLogin());
  }

  /** The gateways alive, by id. */
  public Map<String, GatewayStatus> gateways() throws IOException, InterruptedException {
    Map<String, GatewayStatus> gateways = new TreeMap<>();
    for (var entry : store.read(GatewayStatus.FOLDER).keys().entrySet()) {
      String id = Kind.GATEWAY.findId(entry.getKey());
      if (id != null) {
        gateways.put(id, GatewayStatus.read(id, entry.getValue().value()));
      }
    }
    return gateways;
  }

  /**
   * Waits until every gateway alive serves a revision.
   *
   * @return why some do not, one line a gateway; empty when all do
   */
  public List<String> await(long revision, Duration atMost)
      throws IOException, InterruptedException {
    return Patience.REAL.await(() -> behind(revision), LOOK, atMost);
  }

  private List<String> behind(long revision) throws IOException, InterruptedException {
    List<String> behind = new ArrayList<>();
    for (GatewayStatus gateway : gateways().values()) {
      // A tree from disk, or one that is held, is of another life of the store, whatever its
      // number.
      if (gateway.revision() < revision || !gateway.source().equals(GatewayStatus.FROM_STORE)) {
        behind.add(
            "gateway "
                + gateway.id()
                + " serves revision "
                + gateway.revision()
                + " from "
                + gateway.source()
                + ", expected "
                + revision
                + why(gateway));
      }
    }
    return behind;
  }

  /**
   * What gateways refuse of some keys, one line for each; whoever serves a revision may still have
   * refused a part of it, such as an address that another program has.
   */
  public List<String> refusals(List<String> keys) throws IOException, InterruptedException {
    List<String> refusals = new ArrayList<>();
    for (GatewayStatus gateway : gateways().values()) {
      for (Problem problem : gateway.problems()) {
        String where = problem.where();
        if (problem.level() == Problem.Level.ERROR
            && keys.stream().anyMatch(key -> where.equals(key) || where.startsWith(key + ' '))) {
          refusals.add("gateway " + gateway.id() + " does not serve all of it: " + problem);
        }
      }
    }
    return refusals;
  }

  private static String why(GatewayStatus gateway) {
    return gateway.problems().stream()
        .filter(problem -> problem.level() == Problem.Level.ERROR)
        .findFirst()
        .map(problem -> "; " + problem)
        .orElse("");
  }

  /**
   * A gateway's {@code /status}.
   *
   * @throws AdminApi.SilentException when its admin API does not answer
   */
  public JsonNode status(GatewayStatus gateway)
      throws AdminApi.SilentException, InterruptedException {
    return admin.json("gateway " + gateway.id(), gateway.admin(), "/status");
  }

  /**
   * The servers of a gateway's backends, as it sees them.
   *
   * @throws AdminApi.SilentException when its admin API does not answer
   */
  public List<SeenServer> servers(GatewayStatus gateway)
      throws AdminApi.SilentException, InterruptedException {
    return SeenServer.of(status(gateway));
  }

  /**
   * The addresses that a gateway sends to.
   *
   * @throws AdminApi.SilentException when its admin API does not answer
   */
  public List<SeenEndpoint> endpoints(GatewayStatus gateway)
      throws AdminApi.SilentException, InterruptedException {
    return SeenEndpoint.of(status(gateway));
  }

  /**
   * The operator's word to a gateway that the tree which it holds back is the right one.
   *
   * @return whether it held one back
   * @throws AdminApi.SilentException when its admin API does not answer
   */
  public boolean accept(GatewayStatus gateway) throws IOException, InterruptedException {
    String who = "gateway " + gateway.id();
    AdminApi.Answer answer = admin.post(who, gateway.admin(), "/store/accept");
    if (answer.status() != 202 && answer.status() != 409) {
      throw new IOException(
          who + " answered with status " + answer.status() + ": " + answer.body().strip());
    }
    return answer.status() == 202;
  }

  /**
   * A gateway's {@code /metrics}.
   *
   * @throws AdminApi.SilentException when its admin API does not answer
   */
  public String metrics(GatewayStatus gateway)
      throws AdminApi.SilentException, InterruptedException {
    return admin.get("gateway " + gateway.id(), gateway.admin(), "/metrics");
  }

  /**
   * The line of an exchange in the access log of a gateway.
   *
   * @return null where this gateway has none
   * @throws AdminApi.SilentException when its admin API does not answer
   */
  public @Nullable JsonNode exchange(GatewayStatus gateway, String requestId)
      throws AdminApi.SilentException, InterruptedException {
    return admin.exchange("gateway " + gateway.id(), gateway.admin(), requestId);
  }
}
