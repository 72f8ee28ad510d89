package io.sluice.gateway;

import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.RehearsedStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Plays a short life of a gateway, or of some commands, to itself, so that the JVM can write down
 * what a start needs ({@code -XX:AOTCacheOutput}, JEP 514). The packaging runs it for each; it
 * reaches nothing but itself.
 */
@Command(
    name = "rehearse",
    hidden = true,
    mixinStandardHelpOptions = true,
    description =
        "Starts a gateway on free ports, sends itself requests, and stops; or runs commands with"
            + " a store of its own.")
final class RehearseCommand implements Callable<Integer> {
  /** What is rehearsed: the JVM is started otherwise for each. */
  enum Part {
    SERVER,
    COMMANDS
  }

  private static final int REQUESTS = 3_000;

  @Parameters(paramLabel = "server|commands", description = "what is rehearsed")
  private Part part = Part.SERVER;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path routes = Files.createTempDirectory("rehearsal");
    try {
      switch (part) {
        case SERVER -> server(routes);
        case COMMANDS -> commands(routes);
      }
      return 0;
    } finally {
      try (Stream<Path> files = Files.walk(routes)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void server(Path routes) throws IOException, InterruptedException {
    // No gateway connects to its own admin API, so another one's is the server.
    Gateway server = Gateway.start(settings("server", Files.createDirectory(routes.resolve("-"))));
    Gateway gateway = Gateway.start(settings("rehearsal", routes));
    int port = freePort();
    write(routes, port, server.adminPort());
    while (gateway.status().table().frontends().isEmpty()
        || gateway.status().table().allListeners().isEmpty()) {
      Thread.onSpinWait();
    }
    for (String path : List.of("/readyz", "/status", "/metrics", "/healthz")) {
      request(gateway.adminPort(), path, 1);
    }
    request(port, "/healthz", REQUESTS);
    gateway.stop();
    server.stop();
  }

  private static void write(Path routes, int port, int serverPort) throws IOException {
    write(
        routes,
        "listeners/l",
        "{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:" + port + "\"}}");
    write(routes, "backends/b/backend", "{\"Type\":\"http\",\"Settings\":{\"Timeouts\":{}}}");
    write(routes, "backends/b/servers/s", "{\"URL\":\"http://127.0.0.1:" + serverPort + "\"}");
    write(
        routes,
        "frontends/f/frontend",
        "{\"Type\":\"http\",\"BackendId\":\"b\","
            + "\"Route\":\"Path(`/<x>`) || PathRegexp(`.*`)\"}");
  }

  /** What an operator's commands need, with a store that has the routes and no gateway. */
  private static void commands(Path routes) throws IOException {
    write(routes, freePort(), freePort());
    String folder = routes.toString();
    String url = "http://localhost/x";
    Map<String, String> tree = new TreeMap<>();
    TreeFiles.read(List.of(routes))
        .values()
        .forEach((key, value) -> tree.put("/vulcand/" + key, value));
    try (RehearsedStore store = RehearsedStore.of(tree)) {
      command("--help");
      command("validate", folder);
      command("get", "frontends", "--etcd", store.url());
      command("get", "frontend", "f", "--etcd", store.url(), "-o", "json");
      command("status", "--etcd", store.url());
      command("servers", "--etcd", store.url());
      command("history", "--etcd", store.url());
      command("problems", "--etcd", store.url());
      command("explain", url, "--etcd", store.url());
      command("diff", "-f", folder, "--etcd", store.url());
    }
  }

  private static void command(String... arguments) {
    PrintWriter nobody = new PrintWriter(Writer.nullWriter());
    if (Main.run(nobody, nobody, arguments) == CommandLine.ExitCode.USAGE) {
      throw new IllegalStateException(String.join(" ", arguments) + ": wrong usage");
    }
  }

  private static GatewaySettings settings(String id, Path routes) {
    return GatewaySettings.of(id, null, routes).build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void write(Path routes, String key, String json) throws IOException {
    Path file = routes.resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json);
  }

  /** Sends a request again and again on one connection; each answer is one that fits a buffer. */
  private static void request(int port, String path, int times) throws IOException {
    byte[] request =
        ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] answer = new byte[64 * 1024];
    for (int tries = 0; ; tries++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        InputStream in = socket.getInputStream();
        for (int i = 0; i < times; i++) {
          socket.getOutputStream().write(request);
          if (in.read(answer) < 0) {
            break;
          }
        }
        return;
      } catch (java.net.ConnectException notYet) {
        if (tries == 1_000_000) {
          throw notYet;
        }
      }
    }
  }
}
