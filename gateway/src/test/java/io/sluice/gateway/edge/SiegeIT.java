package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Assault;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Program;
import io.sluice.testkit.Siege;
import io.sluice.testkit.SiegeServer;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The program as it is packaged, with a small heap, under every assault of {@link Assault}: no
 * client, whatever it sends or does not read, takes the gateway from the others.
 */
class SiegeIT {
  private static final String HEAP = "-Xms128m -Xmx128m";
  private static final Duration TIME = Duration.ofSeconds(3);

  @TempDir private static Path folder;

  private static SiegeServer server;
  private static Program gateway;
  private static int port;
  private static int admin;

  @BeforeAll
  static void start() throws IOException {
    server = new SiegeServer(0);
    port = FreePort.next();
    admin = FreePort.next();
    write("listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    write("backends/b/backend", "{'Type':'http'}");
    write("backends/b/servers/s", "{'URL':'http://127.0.0.1:" + server.port() + "'}");
    write(
        "frontends/all/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/<path:all>`)'}");
    write("backends/silent/backend", "{'Type':'http','Settings':{'Timeouts':{'Read':'4s'}}}");
    write("backends/silent/servers/s", "{'URL':'http://127.0.0.1:" + server.port() + "'}");
    write(
        "frontends/silent/frontend",
        "{'Type':'http','BackendId':'silent','Route':'Path(`/silent`)'}");
    write(
        "frontends/limited/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/limited`)'}");
    write(
        "frontends/limited/middlewares/limit",
        "{'Type':'ratelimit','Middleware':{'Variable':'request.header.X-Source',"
            + "'PeriodSeconds':1,'Requests':100,'Burst':100}}");
    gateway =
        Program.start(
            folder.resolve("out"),
            List.of(
                "env",
                "JAVA_OPTS=" + HEAP,
                Top.path("gateway", "target", "sluice", "bin", "sluice").toString(),
                "serve",
                "--routes",
                folder.resolve("routes").toString(),
                "--admin",
                "127.0.0.1:" + admin,
                "--access-log",
                folder.resolve("access.log").toString()));
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> TestGateway.get(port, "/ok").statusCode() == 200);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    server.close();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void noClientHoldsMoreThanItsShare(Assault assault) throws IOException {
    String route = "/new-" + assault.ordinal();

    Siege.Report report =
        new Siege(port, admin, gateway.id())
            .lead(
                assault,
                TIME,
                () ->
                    write(
                        "frontends/new/frontend",
                        "{'Type':'http','BackendId':'b','Route':'Path(`" + route + "`)'}"));

    assertThat(gateway.isAlive()).isTrue();
    assertThat(report.served()).isPositive();
    assertThat(report.slowest()).isLessThan(Siege.PATIENCE);
    assertThat(report.slowestHealth()).isLessThan(Siege.PATIENCE);
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> TestGateway.get(port, route).statusCode() == 200 && isAsBefore());
  }

  /** What was kept for the attackers has been given back. */
  private static boolean isAsBefore() {
    return TestGateway.get(admin, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("sluice_memory_used_bytes{budget=\"un"))
        .allMatch(line -> line.endsWith(" 0.0"));
  }

  private static void write(String key, String json) {
    try {
      Path file = folder.resolve("routes").resolve(key + ".json");
      Files.createDirectories(file.getParent());
      Path fresh = Files.writeString(folder.resolve("fresh"), json.replace('\'', '"'));
      Files.move(fresh, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }
}
