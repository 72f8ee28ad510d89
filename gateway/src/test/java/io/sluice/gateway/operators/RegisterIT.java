package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any program becomes a server: announced while it answers, let go of before it ends. */
class RegisterIT {

  @TempDir private Path folder;
  private final Etcd etcd = Etcd.start();
  private final TestGateway gateway = TestGateway.onEtcd("one", etcd, null);
  private final int port = gateway.listener("l");

  @BeforeEach
  void route() throws IOException {
    Files.createDirectory(folder.resolve("content"));
    Files.writeString(folder.resolve("content/a"), "file");
    gateway.put("backends/b/backend", "{'Type':'http'}").frontend("f", "b", "Path(`/a`)");
    Awaitility.await().until(() -> Sluice.run(etcd, "status").out().contains("one"));
  }

  @AfterEach
  void stop() {
    gateway.close();
    etcd.close();
  }

  private Program register(int at, List<String> options, String... command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                Path.of("target/sluice/bin/sluice").toAbsolutePath().toString(),
                "register",
                "--etcd",
                etcd.url(),
                "--backend",
                "b",
                "--url",
                "http://127.0.0.1:" + at));
    all.addAll(options);
    all.add("--");
    all.addAll(List.of(command));
    return Program.start(folder.resolve("log" + at), all);
  }

  private String[] server(int at) {
    return new String[] {
      Path.of(System.getProperty("java.home"), "bin", "jwebserver").toString(),
      "-b",
      "127.0.0.1",
      "-p",
      Integer.toString(at),
      "-d",
      folder.resolve("content").toString()
    };
  }

  private String stored() {
    return etcd.under("/vulcand/backends/b/servers/");
  }

  @Test
  void oneTakesTheOthersPlaceAndNoRequestFails() {
    int first = FreePort.next();
    int second = FreePort.next();
    try (Program old =
        register(first, List.of("--server", "old", "--check", "/a"), server(first))) {
      gateway.awaitStatus(port, "/a", 200);
      assertThat(stored()).contains("servers/old");
      try (Load load = Load.start(4, port, "/a", answer -> answer.status() == 200);
          Program next = register(second, List.of("--server", "new"), server(second))) {
        Awaitility.await().until(() -> stored().contains("servers/new"));

        old.terminate();
        assertThat(old.awaitExit(Patience.TIME)).isEqualTo(143);

        assertThat(stored()).contains("servers/new").doesNotContain("servers/old");
        assertThat(load.wrong()).isEmpty();
        // Killed, it would leave its program behind.
        next.terminate();
        assertThat(next.awaitExit(Patience.TIME)).isEqualTo(143);
      }
    }
  }

  @Test
  void aProgramThatEndsIsGoneAtOnceAndItsStatusIsHandedOn() {
    int at = FreePort.next();
    try (Program program = register(at, List.of(), "sh", "-c", "echo hello; exit 7")) {
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(7);
      assertThat(program.printed()).contains("hello");
    }
    assertThat(stored()).isEmpty();
  }

  @Test
  void whatDoesNotAnswerItsCheckIsNotAnnounced() {
    int at = FreePort.next();
    try (Program program = register(at, List.of("--check", "/nothing"), server(at))) {
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> TestGateway.get(at, "/a").statusCode() == 200);
      assertThat(stored()).isEmpty();

      // What it is asked for is there at last.
      write("content/nothing");
      Awaitility.await().until(() -> stored().contains(":" + at));
      program.terminate();
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(143);
    }
  }

  private void write(String file) {
    try {
      Files.writeString(folder.resolve(file), "well");
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }
}
