package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as it is packaged: its command line, its exit codes, its drain. */
class ProcessIT extends PackagedProgram {
  @Test
  void termDrainsAndEndsWithZero() throws IOException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              arrived.countDown();
              try {
                release.await();
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              }
              wire.send(Origin.response("finished"));
            })) {
      int port = FreePort.next();
      int admin = FreePort.next();
      routes(port, origin.port());
      try (Program program =
          serve(
              admin,
              "--access-log",
              folder.resolve("access.log").toString(),
              "--drain-timeout",
              "20")) {
        awaitReady(admin);
        Wire idle = Wire.connect(port);
        Wire busy = Wire.connect(port);
        busy.send("GET /x?secret=1 HTTP/1.1\r\nHost: a\r\n\r\n");
        Awaitility.await().until(() -> arrived.getCount() == 0);

        program.terminate();

        assertThat(idle.ends()).isTrue();
        Awaitility.await().until(() -> TestGateway.get(admin, "/readyz").statusCode() == 503);
        assertThat(program.isAlive()).isTrue();
        release.countDown();
        Wire.Message answer = busy.message();
        assertThat(answer.body()).isEqualTo("finished");
        assertThat(answer.closes()).isTrue();
        assertThat(program.awaitExit(Patience.TIME)).isZero();
        assertThat(Files.readString(folder.resolve("access.log")))
            .contains(
                "\"frontend\":\"f\",\"backend\":\"b\"",
                "\"path\":\"/x\"",
                "\"status\":200",
                "\"attempts\":1")
            .doesNotContain("secret");
      }
    }
  }

  /** Not tried with INT, which a shell that starts this in the background has us ignore. */
  @Test
  void onlyASignalThatDrainsEndsIt() throws Exception {
    try (Origin origin = Origin.named("a")) {
      int port = FreePort.next();
      int admin = FreePort.next();
      routes(port, origin.port());
      Path log = folder.resolve("access.log");
      try (Program program = serve(admin, "--access-log", log.toString())) {
        awaitReady(admin);
        TestGateway.get(port, "/before");
        Awaitility.await().until(() -> logged(log, "/before"));
        Files.move(log, folder.resolve("access.log.1"));

        for (String harmless : List.of("HUP", "USR1", "USR2", "ALRM", "PIPE", "WINCH", "QUIT")) {
          signal(program, harmless);
          // Nobody's route, but it is answered, and logged where the file was.
          assertThat(TestGateway.get(port, "/" + harmless).statusCode()).isEqualTo(404);
          Awaitility.await().until(() -> logged(log, "/" + harmless));
        }
        assertThat(program.isAlive()).isTrue();
        program.terminate();
        assertThat(program.awaitExit(Patience.TIME)).isZero();
      }
    }
  }

  private static boolean logged(Path log, String path) throws IOException {
    return Files.exists(log) && Files.readString(log).contains(path);
  }

  private static void signal(Program program, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(program.id())).start().waitFor())
        .isZero();
  }

  /** Holds a socket on loopback as a socket unit does, for one gateway after another. */
  private static final String KEEPER =
      """
      use strict; use Socket; use Fcntl; $^F = 3;
      my ($port, @command) = @ARGV;
      socket(my $s, PF_INET, SOCK_STREAM, 0) or die $!;
      bind($s, sockaddr_in($port, INADDR_LOOPBACK)) or die $!;
      listen($s, 1024) or die $!;
      fcntl($s, F_SETFL, O_NONBLOCK) or die $!;
      die "found file " . fileno($s) if fileno($s) != 3;
      print "listening\n"; $| = 1;
      for (1, 2) {
        my $child = fork();
        if (!$child) { $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; exec @command; }
        waitpid($child, 0);
      }
      """;

  private Program keeper(int port, int admin) {
    return Program.start(
        folder.resolve("keeper.log"),
        List.of(
            "perl",
            "-e",
            KEEPER,
            Integer.toString(port),
            program(),
            "serve",
            "--routes",
            routes().toString(),
            "--admin",
            "127.0.0.1:" + admin));
  }

  @Test
  void aListenerBesideTheSocketThatWasHandedOverIsToldWhereThatIs() throws Exception {
    int port = FreePort.next();
    int admin = FreePort.next();
    routes(port, FreePort.next());
    write("listeners/l", "{'Protocol':'http','Address':{'Address':'0.0.0.0:" + port + "'}}");
    try (Program program = keeper(port, admin)) {
      program.awaitPrinted("handed over at this port, 127.0.0.1:" + port, Patience.TIME);
      ProcessHandle keeper = ProcessHandle.of(program.id()).orElseThrow();
      List<ProcessHandle> gateways = keeper.children().toList();
      keeper.destroyForcibly();
      gateways.forEach(ProcessHandle::destroy);
    }
  }

  /**
   * What systemd does with a socket unit: it holds the socket, one gateway after the other serves.
   */
  @Test
  void aSocketThatWasHandedOverRefusesNobodyWhileOneGatewayTakesTheOthersPlace() throws Exception {
    try (Origin origin = Origin.named("origin")) {
      int port = FreePort.next();
      int admin = FreePort.next();
      routes(port, origin.port());
      try (Program program = keeper(port, admin)) {
        awaitReady(admin);
        try (Load load =
            Load.start(8, port, "/x", answer -> answer.head().startsWith("HTTP/1.1 200"))) {
          Awaitility.await().until(() -> load.answers() > 100);
          ProcessHandle first =
              ProcessHandle.of(program.id()).orElseThrow().children().findFirst().orElseThrow();
          first.destroy();
          first.onExit().join();
          long before = load.answers();
          awaitReady(admin);
          Awaitility.await().until(() -> load.answers() > before + 100);
          assertThat(load.wrong()).isEmpty();
        }
        ProcessHandle second =
            ProcessHandle.of(program.id()).orElseThrow().children().findFirst().orElseThrow();
        second.destroy();
        second.onExit().join();
      }
    }
    assertThat(folder.resolve("keeper.log")).content().contains("was handed a socket");
  }

  /** Of Linux: {@code /proc/<id>/task/<thread>/stat}, field 19 (proc(5)). */
  @Test
  @EnabledOnOs(OS.LINUX)
  void eventLoopsGoBeforeTheThreadThatAppliesChanges() throws IOException {
    int admin = FreePort.next();
    routes(FreePort.next(), FreePort.next());
    try (Program program = serve(admin)) {
      awaitReady(admin);
      Map<String, Integer> niceness = new HashMap<>();
      try (Stream<Path> threads = Files.list(Path.of("/proc/" + program.id() + "/task"))) {
        for (Path thread : threads.toList()) {
          try {
            String stat = Files.readString(thread.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            String name = Files.readString(thread.resolve("comm")).strip();
            niceness.put(name, Integer.parseInt(fields[16]));
          } catch (IOException ended) {
            // Not every thread lasts.
          }
        }
      }
      assertThat(niceness).containsKeys("control", "loop-1-1");
      assertThat(niceness.get("loop-1-1")).isLessThan(niceness.get("control"));
      assertThat(program.printed()).doesNotContain("warning");
    }
  }

  @Test
  void anExchangeThatDoesNotFinishIsCutAfterTheTimeout() throws IOException {
    CountDownLatch arrived = new CountDownLatch(1);
    try (Origin origin =
        Origin.scripted(
            wire -> {
              wire.message();
              arrived.countDown();
              wire.toEnd();
            })) {
      int port = FreePort.next();
      int admin = FreePort.next();
      routes(port, origin.port());
      try (Program program = serve(admin, "--drain-timeout", "1")) {
        awaitReady(admin);
        Wire busy = Wire.connect(port);
        busy.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
        Awaitility.await().until(() -> arrived.getCount() == 0);

        program.terminate();

        assertThat(program.awaitExit(Patience.TIME)).isEqualTo(1);
        assertThat(program.printed()).contains("did not finish within");
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "serve | 2 | found neither --etcd nor --routes, expected one of them",
        "serve --routes /nowhere | 2 | found no folder /nowhere",
        "serve --etcd http://127.0.0.1 | 2 | expected http://host:port",
        "serve --etcd http://127.0.0.1:1 --routes . | 2 | found both --etcd and --routes",
        "serve --etcd http://127.0.0.1:1 --threads 0 | 2 | --threads: found 0, expected 1 to 1024",
        "serve --etcd http://127.0.0.1:1 --admin here | 2 | --admin: found \"here\", expected"
            + " host:port",
        "serve --etcd http://127.0.0.1:1 --etcd-user me | 2 | --etcd-user and --etcd-password-file"
            + " go together",
        "serve --etcd http://127.0.0.1:1 --id a/b | 2 | --id: found \"a/b\"",
        "serve --nonsense | 2 | Unknown option: '--nonsense'",
        "serve --config /nowhere.yaml | 2 | /nowhere.yaml",
        "nonsense | 2 | Unmatched argument",
        "validate /nowhere | 1 | found no folder",
        "--help | 0 | COMMAND",
        "serve --help | 0 | --drain-timeout",
        "--version | 0 | sluice 0.1.0",
      })
  void theCommandLineSaysWhatItFoundAndWhatItExpected(String arguments, int status, String line) {
    try (Program program = sluice(arguments.split(" "))) {
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(status);
      assertThat(program.printed()).contains(line);
    }
  }

  @Test
  void aTakenAdminAddressIsReported() throws IOException {
    try (java.net.ServerSocket taken =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      routes(FreePort.next(), 1);
      try (Program program = serve(taken.getLocalPort())) {
        assertThat(program.awaitExit(Patience.TIME)).isEqualTo(1);
        assertThat(program.printed())
            .contains("admin address 127.0.0.1:" + taken.getLocalPort() + " cannot be bound");
      }
    }
  }

  @Test
  void flagBeatsEnvironmentBeatsFile() throws IOException {
    int port = FreePort.next();
    int admin = FreePort.next();
    routes(port, 1);
    Path config =
        Files.writeString(
            folder.resolve("sluice.yaml"),
            "routes: " + routes() + "\nadmin: 127.0.0.1:1\nid: from-file\naccess-log: off\n");
    List<String> command =
        List.of(
            "env",
            "SLUICE_ADMIN=127.0.0.1:" + admin,
            "SLUICE_ID=from-environment",
            program(),
            "serve",
            "--config",
            config.toString(),
            "--id",
            "from-flag");
    try (Program program = Program.start(folder.resolve("out"), command)) {
      awaitReady(admin);
      assertThat(TestGateway.get(admin, "/status").body()).contains("\"id\":\"from-flag\"");
      assertThat(Path.of("false")).as("an access log that is off").doesNotExist();
      program.terminate();
      assertThat(program.awaitExit(Patience.TIME)).isZero();
    }
    Files.writeString(config, "rutes: x\n");
    try (Program program = sluice("serve", "--config", config.toString())) {
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(2);
      assertThat(program.printed()).contains("found the key \"rutes\"");
    }
  }

  @Test
  void validateChecksWithoutAStore() throws IOException {
    routes(FreePort.next(), 1);
    try (Program program = sluice("validate", routes().toString())) {
      assertThat(program.awaitExit(Patience.TIME)).isZero();
      assertThat(program.printed()).contains("4 keys, 0 errors, 0 warnings");
    }
    Files.writeString(
        routes().resolve("frontends/f/frontend.json"),
        "{\"Type\":\"http\",\"BackendId\":\"b\",\"Route\":\"Path(\"}");
    try (Program program = sluice("validate", routes().toString())) {
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(1);
      assertThat(program.printed())
          .contains("error: frontends/f/frontend Route: found the end, expected a text");
    }
  }
}
