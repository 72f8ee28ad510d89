package io.sluice.gateway.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.store.AdminLogin;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The gateways that are alive, as they say themselves. */
public final class Fleet {
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration ASK = Duration.ofSeconds(3);
  private static final JsonMapper JSON = new JsonMapper();

  private final EtcdStore store;
  private @Nullable HttpClient http;

  /** A gateway's admin API did not answer; one that was killed is in the fleet for seconds more. */
  public static final class SilentException extends IOException {
    private static final long serialVersionUID = 1;

    SilentException(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  public Fleet(EtcdStore store) {
    this.store = store;
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
   * @throws SilentException when its admin API does not answer
   */
  public JsonNode status(GatewayStatus gateway) throws SilentException, InterruptedException {
    try {
      return JSON.readTree(ask(gateway, "/status"));
    } catch (JsonProcessingException notJson) {
      throw new SilentException("gateway " + gateway.id() + " answered no JSON", notJson);
    }
  }

  /**
   * The servers of a gateway's backends, as it sees them.
   *
   * @throws SilentException when its admin API does not answer
   */
  public List<SeenServer> servers(GatewayStatus gateway)
      throws SilentException, InterruptedException {
    return SeenServer.of(status(gateway));
  }

  /**
   * The addresses that a gateway sends to.
   *
   * @throws SilentException when its admin API does not answer
   */
  public List<SeenEndpoint> endpoints(GatewayStatus gateway)
      throws SilentException, InterruptedException {
    return SeenEndpoint.of(status(gateway));
  }

  /**
   * A gateway's {@code /metrics}.
   *
   * @throws SilentException when its admin API does not answer
   */
  public String metrics(GatewayStatus gateway) throws SilentException, InterruptedException {
    return ask(gateway, "/metrics");
  }

  private String ask(GatewayStatus gateway, String path)
      throws SilentException, InterruptedException {
    AdminLogin login = store.adminLogin();
    String admin = gateway.admin();
    boolean secure = admin.startsWith("https://");
    URI uri = URI.create((secure ? admin : "http://" + admin) + path);
    try {
      if (!secure && login.wantsTls()) {
        throw new IOException(
            "found no TLS, expected it since --admin-ca or --admin-cert is given");
      }
      if (http == null) {
        http = login.client(ASK);
      }
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ASK);
      if (!login.token().isEmpty()) {
        request.header("Authorization", "Bearer " + login.token());
      }
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException("found status " + response.statusCode() + ", expected 200");
      }
      return response.body();
    } catch (IOException failed) {
      throw new SilentException(
          "gateway "
              + gateway.id()
              + " was asked at "
              + uri
              + ": "
              + (failed.getMessage() == null ? "no connection" : failed.getMessage()),
          failed);
    }
  }
}
