package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.rollout.Driver;
import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.UnderLoad;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rollouts that replace a backend's servers, under steady load. */
class RollingIT extends UnderLoad {
  private Sluice roll(String version, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("rollout", "rolling", "blue", "--to", version));
    arguments.addAll(List.of(more));
    return sluice(arguments.toArray(String[]::new));
  }

  @Test
  void rollingReplacesServersOneByOne() {
    gateway.server("blue", "s1", green.port());

    Sluice rolled =
        roll(
            "v2",
            "--ports",
            next.port() + "," + nextButOne.port(),
            "--url",
            "http://127.0.0.1:{port}",
            "--start",
            "echo start {id} >> " + folder + "/log",
            "--stop",
            "echo stop {id} >> " + folder + "/log");

    assertThat(rolled.succeeds().err())
        .contains("server v2-1 takes traffic", "server s0 is drained and stopped");
    assertThat(folder.resolve("log")).hasContent("start v2-1\nstop s0\nstart v2-2\nstop s1\n");
    assertThat(sluice("get", "server").out())
        .contains("blue/v2-1", "blue/v2-2")
        .doesNotContain("blue/s0", "blue/s1");
  }

  @Test
  void rollingHasOneServerMoreAndOneLessAtATimeWhereBothAreAllowed() {
    gateway.server("blue", "s1", green.port());

    roll(
            "v2",
            "--max-surge",
            "1",
            "--max-unavailable",
            "1",
            "--ports",
            next.port() + "," + nextButOne.port(),
            "--url",
            "http://127.0.0.1:{port}",
            "--start",
            "echo start {id} >> " + folder + "/log",
            "--stop",
            "echo stop {id} >> " + folder + "/log")
        .succeeds();

    assertThat(folder.resolve("log")).hasContent("stop s0\nstart v2-1\nstart v2-2\nstop s1\n");
  }

  @Test
  void processesReplaceServersAndThenEachOther() throws Exception {
    Path content = Files.createDirectory(folder.resolve("content"));
    Files.writeString(content.resolve("a"), "file");
    String server =
        Path.of(System.getProperty("java.home"), "bin", "jwebserver")
            + " -b 127.0.0.1 -p {port} -d "
            + content;

    Sluice first = rollProcess("v1", server).succeeds();
    assertThat(first.err()).contains("server s0 is drained; who started it may stop it");
    assertThat(sluice("get", "server").out()).contains("blue/s0", "blue/v1-1");

    Sluice second = rollProcess("v2", server).succeeds();
    assertThat(second.err()).contains("server v1-1 is drained and stopped");
    assertThat(sluice("get", "server").out()).contains("blue/v2-1").doesNotContain("blue/v1-1");
    assertThat(folder.resolve("v1-1.pid")).doesNotExist();
    assertThat(TestGateway.get(port, "/a").body()).isEqualTo("file");

    load.close(); // Nobody asks the last one any more.
    ProcessHandle.of(pid("v2-1")).orElseThrow().destroy();
  }

  @Test
  void aProcessThatEndsAtOnceIsToldWithWhatItSaidAndWhatItEndedWith() throws Exception {
    Path server = folder.resolve("server.sh");
    Files.writeString(server, "echo the port {port} is somebody else\\'s\nexit 7\n");

    // Whoever waits for the whole of the time waits for ten minutes.
    Sluice rolled = rollProcess("v9", "sh " + server, "--timeout", "600");

    assertThat(rolled.status()).isEqualTo(1);
    assertThat(rolled.err())
        .contains(
            "server v9-1 takes no traffic: its process has ended with 7",
            folder.resolve("v9-1.log").toString(),
            "is somebody else's");
    assertThat(sluice("get", "server").out()).contains("blue/s0").doesNotContain("v9-1");
  }

  private Sluice rollProcess(String version, String command, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--driver",
                "process",
                "--dir",
                folder.toString(),
                "--command",
                command,
                "--settle",
                "1",
                "--ports",
                Integer.toString(FreePort.next()),
                "--url",
                "http://127.0.0.1:{port}"));
    options.addAll(List.of(more));
    return roll(version, options.toArray(new String[0]));
  }

  private long pid(String server) throws Exception {
    return Long.parseLong(Files.readString(folder.resolve(server + ".pid")).strip());
  }

  @Test
  void newServersThatAnswerErrorsAreTakenOutBeforeAnOldOneGoes() {
    try (Load any = loadThatMindsNothing();
        Origin broken = Origin.failing()) {
      Sluice rolled =
          roll(
              "v2",
              "--ports",
              Integer.toString(broken.port()),
              "--url",
              "http://127.0.0.1:{port}",
              "--start",
              "true",
              "--stop",
              "echo stop {id} >> " + folder + "/log");

      assertThat(rolled.status()).isEqualTo(1);
      assertThat(rolled.out()).contains("TAKEN_BACK");
      assertThat(folder.resolve("log")).hasContent("stop v2-1\n");
      assertThat(sluice("get", "server").out()).contains("blue/s0").doesNotContain("v2-1");
      assertThat(any.answers()).isPositive();
    }
    assertThat(TestGateway.get(port, "/a").body()).startsWith("blue");
  }

  @Test
  void serversThatAnswerErrorsAreReplacedWhereTheNewOnesAreComparedWithThem() {
    try (Load any = loadThatMindsNothing();
        Origin broken = Origin.failing()) {
      gateway.server("blue", "s1", broken.port());
      gateway.awaitStatus(port, "/a", 500);

      roll(
              "v2",
              "--judge",
              "ResponseCodeRatio(500, 600, 0, 600) < baseline",
              "--ports",
              next.port() + "," + nextButOne.port(),
              "--url",
              "http://127.0.0.1:{port}",
              "--start",
              "true",
              "--stop",
              "true")
          .succeeds();

      assertThat(sluice("get", "server").out())
          .contains("blue/v2-1", "blue/v2-2")
          .doesNotContain("blue/s0", "blue/s1");
      assertThat(any.answers()).isPositive();
    }
    assertThat(TestGateway.get(port, "/a").body()).startsWith("next");
  }

  @Test
  void aRollingOneHasNothingToPromote() {
    assertThat(sluice("rollout", "promote", "backend.blue").err())
        .contains("found a rolling rollout, expected one with shares to promote");
  }

  @Test
  void aServerThatDoesNotComeUpStopsTheRollingAndTheRestStays() {
    Sluice rolled =
        roll(
            "v2",
            "--timeout",
            "1",
            "--start",
            "true",
            "--stop",
            "echo stop {id} >> " + folder + "/log");

    assertThat(rolled.status()).isEqualTo(1);
    assertThat(rolled.err()).contains("server v2-1 has not announced itself within 1 s");
    assertThat(folder.resolve("log")).hasContent("stop v2-1\n");
    assertThat(sluice("get", "server").out()).contains("blue/s0");
  }

  @Test
  void aRollingWhoseProcessWasKilledGoesOnWhereItWas() {
    String release = folder.resolve("release").toString();
    try (Program runner =
        process(
            "rollout",
            "rolling",
            "blue",
            "--to",
            "v2",
            "--ports",
            Integer.toString(next.port()),
            "--url",
            "http://127.0.0.1:{port}",
            "--start",
            "true",
            "--stop",
            "until [ -e " + release + " ]; do sleep 0.1; done")) {
      runner.awaitPrinted("takes traffic", Patience.TIME);
      runner.kill();
    }
    awaitUnclaimed("backend.blue");
    Program.run(Patience.TIME, "touch", release);

    sluice("rollout", "resume", "backend.blue").succeeds();

    assertThat(TestGateway.get(port, "/a").body()).startsWith("next");
  }

  @Test
  void processesAreStartedAndStoppedByTheirOwnIds() throws Exception {
    Driver.Commands commands = Driver.process("sleep 600", folder.toString());
    Program.run(Patience.TIME, "sh", "-c", commands.start().replace("{id}", "x"));
    Awaitility.await().until(() -> !Files.readString(folder.resolve("x.pid")).isBlank());
    long pid = Long.parseLong(Files.readString(folder.resolve("x.pid")).strip());
    assertThat(ProcessHandle.of(pid)).isPresent();

    Program.run(Patience.TIME, "sh", "-c", commands.stop().replace("{id}", "x"));

    // Its parent may not have looked at it yet.
    Path state = Path.of("/proc", Long.toString(pid), "stat");
    assertThat(Files.exists(state) ? Files.readString(state) : ") Z").contains(") Z");
    assertThat(folder.resolve("x.pid")).doesNotExist();
  }
}
