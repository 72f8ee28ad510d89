package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.UnderLoad;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rollouts that move a frontend, under steady load. */
class RolloutIT extends UnderLoad {
  @Test
  void blueGreenMovesEverythingAtOnceAndBackByOneCommand() {
    sluice("rollout", "blue-green", "f", "--to", "green", "--smoke", "/a").succeeds();
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");

    sluice("rollout", "abort", "f").succeeds();
    assertThat(TestGateway.get(port, "/a").body()).startsWith("blue");
    assertThat(sluice("rollout", "history", "f").out()).contains("blue-green", "taken back");
  }

  @Test
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

  /** A share of a hundredth has other connections and another pace than the rest has. */
  @Test
  void aCanaryIsJudgedBesideItsControlWhereThereIsOne() {
    try (Origin cold =
        Origin.scripted(
            wire -> {
              while (wire.message() != null) {
                LockSupport.parkNanos(Duration.ofMillis(60).toNanos());
                wire.send(Origin.response("cold"));
              }
            })) {
      gateway.backend("cold", cold);
      String[] canary = {
        "rollout",
        "canary",
        "f",
        "--to",
        "cold",
        "--steps",
        "20,100",
        "--step-time",
        "1",
        "--min-requests",
        "20",
        "--judge",
        "LatencyAtQuantileMS(50.0) < 3 * baseline + 20"
      };
      assertThat(sluice(canary).err()).contains("taken back: found");

      // The control is as slow: nothing is wrong with the new one.
      gateway.backend("control", cold);
      String[] controlled = Arrays.copyOf(canary, canary.length + 2);
      controlled[canary.length] = "--control";
      controlled[canary.length + 1] = "control";
      assertThat(sluice(controlled).succeeds().err())
          .contains("control ")
          .contains("cold gets 100 %");

      sluice("rollout", "blue-green", "f", "--to", "blue").succeeds();
      controlled[canary.length + 1] = "cold";
      assertThat(sluice(controlled).err()).contains("control: found", "expected a third backend");
    }
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
  void aCanaryIsJudgedAlsoWhileItIsPaused() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    try (Origin origin =
            Origin.scripted(
                wire -> {
                  while (wire.message() != null) {
                    wire.send(
                        broken.get()
                            ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
                            : Origin.response("new"));
                  }
                });
        Load any = loadThatMindsNothing()) {
      gateway.backend("changing", origin);
      CompletableFuture<Sluice> canary =
          CompletableFuture.supplyAsync(
              () ->
                  sluice(
                      "rollout",
                      "canary",
                      "f",
                      "--to",
                      "changing",
                      "--steps",
                      "50,100",
                      "--step-time",
                      "600",
                      "--min-requests",
                      "20"));
      Awaitility.await().until(() -> sluice("rollout", "status", "f").out().contains("RUNNING"));
      sluice("rollout", "pause", "f").succeeds();
      Awaitility.await().until(() -> sluice("rollout", "status", "f").out().contains("PAUSED"));

      broken.set(true);

      Sluice ended = canary.get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.err()).contains("paused by an operator", "taken back: found");
      assertThat(any.answers()).isPositive();
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
        .until(() -> TestGateway.get(port, "/a", "X-Tester", "yes") != null && canary.isDone());

    canary.join().succeeds();
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");
    assertThat(folder.resolve("f.html"))
        .content()
        .contains("<polyline", "canary of f", "Done: everything");
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
        process(
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
            "")) {
      runner.awaitPrinted("gets 10 %", Patience.TIME);

      Sluice second = sluice("rollout", "blue-green", "f", "--to", "green");
      assertThat(second.err()).contains("found frontend f split over several backends");
      runner.kill();
    }
    awaitUnclaimed("f");
    assertThat(sluice("rollout", "status").out()).contains("RUNNING");

    CompletableFuture<Sluice> resumed =
        CompletableFuture.supplyAsync(() -> sluice("rollout", "resume", "f"));
    Awaitility.await().until(() -> etcd.get("/vulcand/rollouts/f/runner").contains("process"));
    sluice("rollout", "pause", "f").succeeds();
    Awaitility.await().until(() -> sluice("rollout", "status").out().contains("PAUSED"));
    sluice("rollout", "resume", "f").succeeds();
    Awaitility.await().until(() -> sluice("rollout", "status").out().contains("RUNNING"));
    sluice("rollout", "promote", "f").succeeds();
    Awaitility.await()
        .until(() -> sluice("get", "frontend", "f").out().contains("\"BackendId\" : \"green\""));
    sluice("rollout", "abort", "f").succeeds();

    assertThat(resumed.orTimeout(Patience.TIME.toSeconds(), TimeUnit.SECONDS).join().out())
        .contains("TAKEN_BACK");
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
    Awaitility.await().until(() -> sluice("rollout", "history", "f").out().contains("measured"));

    String running = etcd.get("/vulcand/rollouts/f");
    etcd.put("/vulcand/rollouts/f", running.replace("RUNNING", "TAKEN_BACK"));

    Sluice ended = runner.orTimeout(Patience.TIME.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).contains("TAKEN_BACK");
    assertThat(ended.err()).contains("somebody else has ended it: TAKEN_BACK");
  }

  @Test
  void aRolloutWaitsForAStoreThatIsAwayAndGoesOnFromWhatItHolds() {
    try (Program runner =
        process(
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
            "ResponseCodeRatio(500, 600, 0, 600) < 0.01")) {
      runner.awaitPrinted("gets 10 %", Patience.TIME);
      etcd.kill();
      runner.awaitPrinted("store is away", Patience.TIME);
      etcd.resume();

      runner.awaitPrinted("DONE", Patience.TIME);
    }
    assertThat(TestGateway.get(port, "/a").body()).startsWith("green");
  }

  @Test
  void blueGreenIsTakenBackByItselfWhileTheOldOneIsKept() {
    try (Load any = loadThatMindsNothing();
        Origin broken = Origin.failing()) {
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
        .until(
            () -> {
              String tester = TestGateway.get(port, "/a", "Cookie", "a=b; tester=yes").body();
              String other = TestGateway.get(port, "/a", "Cookie", "tester=yesterday").body();
              return tester.startsWith("green") && other.startsWith("blue");
            });
    sluice("rollout", "abort", "f").succeeds();

    assertThat(canary.orTimeout(Patience.TIME.toSeconds(), TimeUnit.SECONDS).join().out())
        .contains("TAKEN_BACK");
  }
}
