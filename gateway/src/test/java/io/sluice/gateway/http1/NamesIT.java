package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Program;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with a hosts file of its own: a server's name has several addresses, and moves. */
class NamesIT {
  private static final String NAME = "origin.test";

  @TempDir private Path folder;
  private final int serverPort = FreePort.next();
  private final int port = FreePort.next();
  private final List<HttpServer> servers = new ArrayList<>();
  private Program gateway;

  @BeforeEach
  void start() throws IOException {
    hosts("127.0.0.2", "127.0.0.3");
    write("listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    write("backends/b/backend", "{'Type':'http'}");
    write("backends/b/servers/s", "{'URL':'http://" + NAME + ":" + serverPort + "'}");
    write("frontends/f/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/who`)'}");
    gateway =
        Program.start(
            folder.resolve("out"),
            List.of(
                "env",
                "JAVA_OPTS=-Xms64m -Xmx128m -Djdk.net.hosts.file=" + folder.resolve("hosts"),
                Top.path("gateway", "target", "sluice", "bin", "sluice").toString(),
                "serve",
                "--routes",
                folder.resolve("routes").toString(),
                "--admin",
                "127.0.0.1:0"));
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> TestGateway.get(port, "/").statusCode() == 404);
  }

  @AfterEach
  void stop() {
    gateway.close();
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void aServerIsReachedByAnyOfItsNamesAddressesInWhateverOrder() throws IOException {
    serve("127.0.0.3");
    for (int i = 0; i < 8; i++) {
      assertThat(who()).isEqualTo("127.0.0.3");
    }
  }

  @Test
  void aNameThatMovesIsFollowedWhileRequestsGoOn() throws IOException {
    serve("127.0.0.3");
    serve("127.0.0.4");
    assertThat(who()).isEqualTo("127.0.0.3");

    hosts("127.0.0.2", "127.0.0.4");

    Awaitility.await()
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              String who = who();
              assertThat(who).isIn("127.0.0.3", "127.0.0.4");
              return who.equals("127.0.0.4");
            });
  }

  /** The address of the server that answered. */
  private String who() {
    var answer = TestGateway.get(port, "/who");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private void serve(String address) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), serverPort), 16);
    byte[] body = address.getBytes(StandardCharsets.US_ASCII);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          try (exchange) {
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    servers.add(server);
  }

  private void hosts(String... addresses) throws IOException {
    StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
    for (String address : addresses) {
      text.append(address).append(' ').append(NAME).append('\n');
    }
    Path fresh = Files.writeString(folder.resolve("fresh"), text);
    Files.move(fresh, folder.resolve("hosts"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void write(String key, String json) throws IOException {
    Path file = folder.resolve("routes").resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json.replace('\'', '"'));
  }
}
