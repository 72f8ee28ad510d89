package io.sluice.gateway.rollout;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.SeenServer;
import io.sluice.gateway.fleet.Servers;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Whether a backend can take requests: as every gateway sees it, and as its servers answer. */
final class Readiness {
  private static final Duration ASK = Duration.ofSeconds(5);

  private final EtcdStore store;
  private final Fleet fleet;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ASK).build();

  Readiness(EtcdStore store, Fleet fleet) {
    this.store = store;
    this.fleet = fleet;
  }

  /** Why a backend cannot take requests, one line each; empty when it can. */
  List<String> hindrances(String backend) throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    Collection<GatewayStatus> gateways = fleet.gateways().values();
    if (gateways.isEmpty()) {
      lines.add("no gateway is alive");
    }
    for (GatewayStatus gateway : gateways) {
      try {
        lines.addAll(hindrances(gateway, backend));
      } catch (AdminApi.SilentException silent) {
        lines.add(silent.getMessage());
      }
    }
    return lines;
  }

  private List<String> hindrances(GatewayStatus gateway, String backend)
      throws AdminApi.SilentException, InterruptedException {
    List<SeenServer> servers =
        fleet.servers(gateway).stream().filter(each -> each.backend().equals(backend)).toList();
    return servers.stream().anyMatch(SeenServer::isReady)
        ? List.of()
        : List.of(
            "gateway "
                + gateway.id()
                + " sees "
                + servers.size()
                + " servers of backend "
                + backend
                + " and none of them ready");
  }

  /** What is wrong with the answers of a backend's servers to these paths; empty for nothing. */
  List<String> smoke(String backend, List<String> paths) throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    if (paths.isEmpty()) {
      return wrong;
    }
    for (Server server : Servers.of(store, backend)) {
      for (String path : paths) {
        String found = answer(server, path);
        if (!found.equals("200")) {
          wrong.add(
              "server " + server.id() + " at " + path + ": found " + found + ", expected 200");
        }
      }
    }
    return wrong;
  }

  private String answer(Server server, String path) throws InterruptedException {
    String host = server.host().indexOf(':') >= 0 ? "[" + server.host() + "]" : server.host();
    URI uri =
        URI.create((server.tls() ? "https://" : "http://") + host + ":" + server.port() + path);
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(ASK).build();
      return Integer.toString(
          http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    } catch (IOException failed) {
      return String.valueOf(failed.getMessage() == null ? failed : failed.getMessage());
    }
  }
}
