package io.sluice.gateway.testbed;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.telemetry.LogSettings;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.LeakWatch;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A gateway in the test's process with a small language to write its routes; from a folder, or from
 * a real etcd.
 */
public final class TestGateway implements AutoCloseable {

  public static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Gateway gateway;
  private final Path folder;
  private final Etcd etcd;

  private TestGateway(Gateway gateway, Path folder, Etcd etcd) {
    this.gateway = gateway;
    this.folder = folder;
    this.etcd = etcd;
  }

  public static TestGateway onFolder() {
    return onFolder("off");
  }

  /** One that writes its access log to a file. */
  public static TestGateway onFolder(String accessLog) {
    try {
      Path folder = TestFolder.make("routes");
      return new TestGateway(
          Gateway.start(settings("test", null, folder, null, accessLog)), folder, null);
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }

  public static TestGateway onEtcd(Etcd etcd, Path stateDirectory) {
    return onEtcd("test", etcd, stateDirectory);
  }

  /** One of several, by its name in the fleet. */
  public static TestGateway onEtcd(String id, Etcd etcd, Path stateDirectory) {
    return onEtcd(id, inClear(etcd), etcd, stateDirectory);
  }

  /** Where a test's store is, asked as nobody in particular. */
  public static EtcdSettings inClear(Etcd etcd) {
    return new EtcdSettings(
        List.of(URI.create(etcd.url())),
        "/vulcand",
        null,
        null,
        null,
        null,
        null,
        Duration.ofSeconds(2));
  }

  /** One that logs in. */
  public static TestGateway onEtcd(String id, EtcdSettings store, Etcd etcd, Path stateDirectory) {
    try {
      return new TestGateway(
          Gateway.start(settings(id, store, null, stateDirectory, "off")), null, etcd);
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }

  private static GatewaySettings settings(
      String id, EtcdSettings store, Path folder, Path state, String accessLog) {
    return GatewaySettings.of(id, store, folder)
        .stateDirectory(state)
        .threads(2)
        .log(LogSettings.to(accessLog))
        .drainTimeout(Duration.ofSeconds(10))
        .forbiddenUpstreams(List.of(Cidr.parse("169.254.0.0/16")))
        .build();
  }

  public Gateway gateway() {
    return gateway;
  }

  /** Writes a record; single quotes stand for double ones. */
  public TestGateway put(String key, String json) {
    String value = json.replace('\'', '"');
    if (etcd != null) {
      etcd.put("/vulcand/" + key, value);
      return this;
    }
    try {
      Path file = folder.resolve(key + ".json");
      Files.createDirectories(file.getParent());
      Path fresh = Files.writeString(folder.resolve("fresh"), value);
      Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public TestGateway remove(String key) {
    if (etcd != null) {
      etcd.delete("/vulcand/" + key);
      return this;
    }
    try {
      Files.delete(folder.resolve(key + ".json"));
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Adds a listener on a free port and returns the port. */
  public int listener(String id) {
    int port = FreePort.next();
    put("listeners/" + id, "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    return port;
  }

  public TestGateway backend(String id, Origin... origins) {
    return backend(id, "{}", origins);
  }

  public TestGateway backend(String id, String settings, Origin... origins) {
    put("backends/" + id + "/backend", "{'Type':'http','Settings':" + settings + "}");
    for (int i = 0; i < origins.length; i++) {
      server(id, "s" + i, origins[i].port());
    }
    return this;
  }

  public TestGateway server(String backend, String id, int port) {
    return put("backends/" + backend + "/servers/" + id, "{'URL':'http://127.0.0.1:" + port + "'}");
  }

  public TestGateway frontend(String id, String backend, String route) {
    return frontend(id, backend, route, "{}");
  }

  public TestGateway frontend(String id, String backend, String route, String settings) {
    return put(
        "frontends/" + id + "/frontend",
        "{'Type':'http','BackendId':'"
            + backend
            + "','Route':'"
            + route
            + "','Settings':"
            + settings
            + "}");
  }

  /** Waits until a request on this port gets this status. */
  public TestGateway awaitStatus(int port, String path, int status) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .ignoreExceptions()
        .until(() -> get(port, path).statusCode() == status);
    return this;
  }

  /** Waits until every listener accepts and nothing is wrong but what is expected. */
  public TestGateway awaitServing(int... ports) {
    for (int port : ports) {
      Awaitility.await()
          .pollInterval(Duration.ofMillis(10))
          .ignoreExceptions()
          .until(
              () -> {
                Wire.connect(port).close();
                return true;
              });
    }
    Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> problems().isEmpty());
    return this;
  }

  /** Waits until the frontend is served and its backend sends to this origin. */
  public TestGateway awaitRoute(String frontend, String backend, Origin origin) {
    return awaitRoute(frontend, backend, origin.port());
  }

  public TestGateway awaitRoute(String frontend, String backend, int port) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              RoutingTable table = gateway.status().table();
              CompiledBackend compiled = table.backend(backend);
              return table.frontends().containsKey(frontend)
                  && compiled != null
                  && compiled.wanted().stream().anyMatch(key -> key.port() == port);
            });
    return this;
  }

  public List<Problem> problems() {
    return gateway.status().problems();
  }

  /**
   * @param headers names and values in turn
   */
  public static HttpResponse<String> get(int port, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Patience.TIME);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  public int adminPort() {
    return gateway.adminPort();
  }

  public HttpResponse<String> admin(String path) {
    return get(adminPort(), path);
  }

  /** The value of a meter in the metrics, or 0. */
  public double meter(String nameAndLabels) {
    return admin("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(nameAndLabels + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    try {
      gateway.stop();
    } catch (InterruptedException failed) {
      throw new AssertionError(failed);
    }
    if (folder != null) {
      TestFolder.remove(folder);
    }
    LeakWatch.check();
  }
}
