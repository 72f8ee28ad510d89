package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.rollout.Driver;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Program;
import io.sluice.testkit.Top;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts under steady load: real etcd, real sockets, and not one failed request. */
class RolloutIT {
  private static final int CLIENTS = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final Etcd etcd = Etcd.start();
  private final TestGateway gateway = TestGateway.onEtcd("one", etcd, null);
  private final Origin blue = Origin.named("blue");
  private final Origin green = Origin.named("green");
  private final Origin next = Origin.named("next");
  private final Origin nextButOne = Origin.named("next but one");
  private int port;
  private Load load;

  @BeforeEach
  void productionIsUnderLoad() {
    port = gateway.listener("l");
    gateway.backend("blue", blue).backend("green", green);
    gateway.frontend("f", "blue", "Path(`/a`)");
    gateway.awaitStatus(port, "/a", 200);
    Awaitility.await().until(() -> sluice("status").out().contains("one"));
    load = Load.start(CLIENTS, port, "/a", answer -> answer.head().startsWith("HTTP/1.1 200"));
  }

  @AfterEach
  void nothingFailed() {
    load.close();
    assertThat(load.wrong()).isEmpty();
    assertThat(load.answers()).isPositive();
    gateway.close();
    blue.close();
    green.close();
    next.close();
    nextButOne.close();
    etcd.close();
  }

  @RepeatedTest(3)
  void blueGreenMovesEverythingAtOnceAndBackByOneCommand() {
    sluice("rollout", "blue-green", "f", "--to", "green", "--smoke", "/a").succeeds();
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");

    sluice("rollout", "abort", "f").succeeds();
    assertThat(TestGateway.get(port, "/a").body()).startsWith("blue");
    assertThat(sluice("rollout", "history", "f").out()).contains("blue-green", "taken back");
  }

  @RepeatedTest(3)
  void aGoodCanaryGoesAllTheWay() {
    Sluice canary =
        sluice(
            "rollout",
            "canary",
            "f",
            "--to",
            "green",
            "--steps",
            "5,50,100",
            "--step-time",
            "1",
            "--min-requests",
            "50",
            "--judge",
            "ResponseCodeRatio(500, 600, 0, 600) < 0.01");

    assertThat(canary.succeeds().err())
        .contains("green gets 5 %", "green gets 50 %", "green gets 100 %");
    assertThat(canary.out()).contains("DONE");
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");
  }

  @Test
  void aSlowCanaryIsTakenBackByItself() {
    try (Origin slow =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                LockSupport.parkNanos(Duration.ofMillis(150).toNanos());
                wire.send(Origin.response("slow"));
              }
            })) {
      gateway.backend("slow", slow);

      Sluice canary =
          sluice(
              "rollout",
              "canary",
              "f",
              "--to",
              "slow",
              "--steps",
              "10,100",
              "--step-time",
              "1",
              "--min-requests",
              "20",
              "--judge",
              "ResponseCodeRatio(500, 600, 0, 600) < 0.01 && LatencyAtQuantileMS(99.0) < 1.2 *"
                  + " baseline");

      assertThat(canary.status()).isEqualTo(1);
      assertThat(canary.err()).contains("taken back: found", "expected ResponseCodeRatio");
      assertThat(canary.out()).contains("TAKEN_BACK");
      assertThat(sluice("get", "frontend", "f").out()).contains("\"BackendId\" : \"blue\"");
      load.close(); // What was sent to the slow server before is answered before it goes.
    }
  }

  @Test
  void testersGetTheNewOneFirstAndTheReportSaysWhatHappened() throws Exception {
    CompletableFuture<Sluice> canary =
        CompletableFuture.supplyAsync(
            () ->
                sluice(
                    "rollout",
                    "canary",
                    "f",
                    "--to",
                    "green",
                    "--steps",
                    "0,100",
                    "--testers",
                    "Header(`X-Tester`, `yes`)",
                    "--sticky",
                    "request.path",
                    "--step-time",
                    "1",
                    "--min-requests",
                    "5",
                    "--judge",
                    "ResponseCodeRatio(500, 600, 0, 600) < 0.01",
                    "--report",
                    folder.toString()));
    Awaitility.await()
        .until(
            () -> {
              String tester = TestGateway.get(port, "/a", "X-Tester", "yes").body();
              String other = TestGateway.get(port, "/a").body();
              return tester.startsWith("green") && other.startsWith("blue");
            });
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> TestGateway.get(port, "/a", "X-Tester", "yes") != null && canary.isDone());

    canary.join().succeeds();
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");
    assertThat(folder.resolve("f.html")).content().contains("<polyline", "Rollout of f", "DONE");
    assertThat(folder.resolve("f.json")).content().contains("\"revision\"", "\"passed\"");
  }

  @Test
  void aBackendThatIsNotReadyGetsNoRequest() {
    gateway.put("backends/empty/backend", "{'Type':'http'}");

    Sluice refused = sluice("rollout", "blue-green", "f", "--to", "empty", "--timeout", "1");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .contains("gateway one sees 0 servers of backend empty and none of them ready");
  }

  @Test
  void aBackendThatFailsItsSmokeRequestGetsNoRequest() {
    try (Origin broken =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            })) {
      gateway.backend("broken", broken);

      Sluice refused = sluice("rollout", "blue-green", "f", "--to", "broken", "--smoke", "/a");

      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.err()).contains("server s0 at /a: found 500, expected 200");
    }
  }

  @Test
  void aRolloutWhoseProcessWasKilledIsResumedElsewhereAndNoSecondOneBegins() {
    try (Program runner =
        Program.start(
            folder.resolve("out"),
            List.of(
                Top.path("gateway", "target", "sluice", "bin", "sluice").toString(),
                "rollout",
                "canary",
                "f",
                "--to",
                "green",
                "--steps",
                "10,100",
                "--step-time",
                "3600",
                "--judge",
                "",
                "--etcd",
                etcd.url()))) {
      Awaitility.await().atMost(PATIENCE).until(() -> runner.printed().contains("gets 10 %"));

      Sluice second = sluice("rollout", "blue-green", "f", "--to", "green");
      assertThat(second.err()).contains("found frontend f split over several backends");
      runner.kill();
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> !etcd.ctl("get", "/vulcand/rollouts/f/runner").contains("process"));
    assertThat(sluice("rollout", "status").out()).contains("RUNNING");

    CompletableFuture<Sluice> resumed =
        CompletableFuture.supplyAsync(() -> sluice("rollout", "resume", "f"));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> etcd.ctl("get", "/vulcand/rollouts/f/runner").contains("process"));
    sluice("rollout", "pause", "f").succeeds();
    Awaitility.await().until(() -> sluice("rollout", "status").out().contains("PAUSED"));
    sluice("rollout", "resume", "f").succeeds();
    Awaitility.await().until(() -> sluice("rollout", "status").out().contains("RUNNING"));
    sluice("rollout", "promote", "f").succeeds();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> sluice("get", "frontend", "f").out().contains("\"BackendId\" : \"green\""));
    sluice("rollout", "abort", "f").succeeds();

    assertThat(resumed.orTimeout(60, TimeUnit.SECONDS).join().out()).contains("TAKEN_BACK");
    assertThat(TestGateway.get(port, "/a").body()).startsWith("blue");
  }

  @Test
  void aRolloutThatSomebodyElseHasEndedIsNotRunOn() {
    CompletableFuture<Sluice> runner =
        CompletableFuture.supplyAsync(
            () ->
                sluice(
                    "rollout",
                    "canary",
                    "f",
                    "--to",
                    "green",
                    "--step-time",
                    "3600",
                    "--judge",
                    ""));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> sluice("rollout", "history", "f").out().contains("measured"));

    String running = etcd.ctl("get", "/vulcand/rollouts/f", "--print-value-only");
    etcd.put("/vulcand/rollouts/f", running.replace("RUNNING", "TAKEN_BACK"));

    Sluice ended = runner.orTimeout(60, TimeUnit.SECONDS).join();
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).contains("TAKEN_BACK");
    assertThat(ended.err()).contains("somebody else has ended it: TAKEN_BACK");
  }

  @Test
  void aRolloutWaitsForAStoreThatIsAwayAndGoesOnFromWhatItHolds() {
    try (Program runner =
        Program.start(
            folder.resolve("out"),
            List.of(
                Top.path("gateway", "target", "sluice", "bin", "sluice").toString(),
                "rollout",
                "canary",
                "f",
                "--to",
                "green",
                "--steps",
                "10,100",
                "--step-time",
                "5",
                "--judge",
                "ResponseCodeRatio(500, 600, 0, 600) < 0.01",
                "--etcd",
                etcd.url()))) {
      Awaitility.await().atMost(PATIENCE).until(() -> runner.printed().contains("gets 10 %"));
      etcd.kill();
      Awaitility.await().atMost(PATIENCE).until(() -> runner.printed().contains("store is away"));
      etcd.resume();

      Awaitility.await().atMost(PATIENCE).until(() -> runner.printed().contains("DONE"));
    }
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");
  }

  @RepeatedTest(3)
  void rollingReplacesServersOneByOne() {
    gateway.server("blue", "s1", green.port());

    Sluice rolled =
        sluice(
            "rollout",
            "rolling",
            "blue",
            "--to",
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

    sluice(
            "rollout",
            "rolling",
            "blue",
            "--to",
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

  private Sluice rollProcess(String version, String command) throws Exception {
    return sluice(
        "rollout",
        "rolling",
        "blue",
        "--to",
        version,
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
        "http://127.0.0.1:{port}");
  }

  private long pid(String server) throws Exception {
    return Long.parseLong(Files.readString(folder.resolve(server + ".pid")).strip());
  }

  @Test
  void newServersThatAnswerErrorsAreTakenOutBeforeAnOldOneGoes() {
    Awaitility.await().until(() -> load.answers() > 0);
    load.close();
    try (Load any = Load.start(8, port, "/a", answer -> true);
        Origin broken =
            Origin.scripted(
                wire -> {
                  while (wire.message() != null) {
                    wire.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                  }
                })) {
      Sluice rolled =
          sluice(
              "rollout",
              "rolling",
              "blue",
              "--to",
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
  void blueGreenIsTakenBackByItselfWhileTheOldOneIsKept() {
    Awaitility.await().until(() -> load.answers() > 0);
    load.close();
    try (Load any = Load.start(8, port, "/a", answer -> true);
        Origin broken =
            Origin.scripted(
                wire -> {
                  while (wire.message() != null) {
                    wire.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                  }
                })) {
      gateway.backend("broken", broken);

      Sluice moved =
          sluice(
              "rollout",
              "blue-green",
              "f",
              "--to",
              "broken",
              "--keep",
              "60",
              "--judge",
              "ResponseCodeRatio(500, 600, 0, 600) < 0.01");

      assertThat(moved.status()).isEqualTo(1);
      assertThat(moved.err()).contains("broken gets 100 %", "taken back: found");
      assertThat(any.answers()).isPositive();
    }
    assertThat(TestGateway.get(port, "/a").body()).startsWith("blue");
  }

  @Test
  void testersAreKnownByTheirCookie() {
    CompletableFuture<Sluice> canary =
        CompletableFuture.supplyAsync(
            () ->
                sluice(
                    "rollout",
                    "canary",
                    "f",
                    "--to",
                    "green",
                    "--steps",
                    "0,100",
                    "--testers",
                    "HeaderRegexp(`Cookie`, `(^|; )tester=yes(;|$)`)",
                    "--step-time",
                    "3600",
                    "--judge",
                    ""));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              String tester = TestGateway.get(port, "/a", "Cookie", "a=b; tester=yes").body();
              String other = TestGateway.get(port, "/a", "Cookie", "tester=yesterday").body();
              return tester.startsWith("green") && other.startsWith("blue");
            });
    sluice("rollout", "abort", "f").succeeds();

    assertThat(canary.orTimeout(60, TimeUnit.SECONDS).join().out()).contains("TAKEN_BACK");
  }

  @Test
  void aRollingOneHasNothingToPromote() {
    assertThat(sluice("rollout", "promote", "backend.blue").err())
        .contains("found a rolling rollout, expected one with shares to promote");
  }

  @Test
  void aServerThatDoesNotComeUpStopsTheRollingAndTheRestStays() {
    Sluice rolled =
        sluice(
            "rollout",
            "rolling",
            "blue",
            "--to",
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
        Program.start(
            folder.resolve("out"),
            List.of(
                Top.path("gateway", "target", "sluice", "bin", "sluice").toString(),
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
                "until [ -e " + release + " ]; do sleep 0.1; done",
                "--etcd",
                etcd.url()))) {
      Awaitility.await().atMost(PATIENCE).until(() -> runner.printed().contains("takes traffic"));
      runner.kill();
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> !etcd.ctl("get", "/vulcand/rollouts/backend.blue/runner").contains("process"));
    Program.run(PATIENCE, "touch", release);

    sluice("rollout", "resume", "backend.blue").succeeds();

    assertThat(TestGateway.get(port, "/a").body()).startsWith("next");
  }

  @Test
  void processesAreStartedAndStoppedByTheirOwnIds() throws Exception {
    Driver.Commands commands = Driver.process("sleep 600", folder.toString());
    Program.run(PATIENCE, "sh", "-c", commands.start().replace("{id}", "x"));
    Awaitility.await().until(() -> !Files.readString(folder.resolve("x.pid")).isBlank());
    long pid = Long.parseLong(Files.readString(folder.resolve("x.pid")).strip());
    assertThat(ProcessHandle.of(pid)).isPresent();

    Program.run(PATIENCE, "sh", "-c", commands.stop().replace("{id}", "x"));

    // Its parent may not have looked at it yet.
    Path state = Path.of("/proc", Long.toString(pid), "stat");
    assertThat(Files.exists(state) ? Files.readString(state) : ") Z").contains(") Z");
    assertThat(folder.resolve("x.pid")).doesNotExist();
  }

  private Sluice sluice(String... arguments) {
    return Sluice.run(etcd, arguments);
  }
}
