package io.sluice.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Plays a short life of a gateway to itself, so that the JVM can write down what a start needs
 * ({@code -XX:AOTCacheOutput}, JEP 514). The packaging runs it; it reaches nothing but itself.
 */
@Command(
    name = "rehearse",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Starts a gateway on free ports, sends itself requests, and stops.")
final class RehearseCommand implements Callable<Integer> {
  private static final int REQUESTS = 3_000;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path routes = Files.createTempDirectory("rehearsal");
    try {
      // No gateway connects to its own admin API, so another one's is the server.
      Gateway server =
          Gateway.start(settings("server", Files.createDirectory(routes.resolve("-"))));
      Gateway gateway = Gateway.start(settings("rehearsal", routes));
      int port = freePort();
      write(
          routes,
          "listeners/l",
          "{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:" + port + "\"}}");
      write(routes, "backends/b/backend", "{\"Type\":\"http\",\"Settings\":{\"Timeouts\":{}}}");
      write(
          routes,
          "backends/b/servers/s",
          "{\"URL\":\"http://127.0.0.1:" + server.adminPort() + "\"}");
      write(
          routes,
          "frontends/f/frontend",
          "{\"Type\":\"http\",\"BackendId\":\"b\","
              + "\"Route\":\"Path(`/<x>`) || PathRegexp(`.*`)\"}");
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
      commands(routes);
      return 0;
    } finally {
      try (Stream<Path> files = Files.walk(routes)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** What an operator's commands need, too; there is no store, which they say. */
  private static void commands(Path routes) throws IOException {
    String nowhere = "http://127.0.0.1:" + freePort();
    command(CommandLine.ExitCode.OK, "--help");
    command(CommandLine.ExitCode.OK, "validate", routes.toString());
    command(CommandLine.ExitCode.SOFTWARE, "get", "frontend", "--etcd", nowhere);
    command(CommandLine.ExitCode.SOFTWARE, "apply", "-f", routes.toString(), "--etcd", nowhere);
  }

  private static void command(int expected, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter printer = new PrintWriter(said);
    int status = Main.run(printer, printer, arguments);
    if (status != expected) {
      throw new IllegalStateException(
          String.join(" ", arguments)
              + ": found status "
              + status
              + ", expected "
              + expected
              + ": "
              + said);
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
