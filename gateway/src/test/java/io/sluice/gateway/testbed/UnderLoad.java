package io.sluice.gateway.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Etcd;
import io.sluice.testkit.Program;
import io.sluice.testkit.Top;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Production under steady load: real etcd, real sockets, and not one failed request. */
public abstract class UnderLoad {

  private static final int CLIENTS = 64;

  @TempDir public Path folder;
  public final Etcd etcd = Etcd.start();
  public final TestGateway gateway = TestGateway.onEtcd("one", etcd, null);
  public final Origin blue = Origin.named("blue");
  public final Origin green = Origin.named("green");
  public final Origin next = Origin.named("next");
  public final Origin nextButOne = Origin.named("next but one");
  public int port;
  public Load load;

  @BeforeEach
  public void productionIsUnderLoad() {
    port = gateway.listener("l");
    gateway.backend("blue", blue).backend("green", green);
    gateway.frontend("f", "blue", "Path(`/a`)");
    gateway.awaitStatus(port, "/a", 200);
    Awaitility.await().until(() -> sluice("status").out().contains("one"));
    load = Load.start(CLIENTS, port, "/a", answer -> answer.head().startsWith("HTTP/1.1 200"));
  }

  @AfterEach
  public void nothingFailed() {
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

  /** For tests in which requests have to fail: clients who mind nothing take the others' place. */
  public Load loadThatMindsNothing() {
    Awaitility.await().until(() -> load.answers() > 0);
    load.close();
    return Load.start(8, port, "/a", answer -> true);
  }

  public Sluice sluice(String... arguments) {
    return Sluice.run(etcd, arguments);
  }

  /** The same as a process, which can be killed. */
  public Program process(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Top.path("gateway", "target", "sluice", "bin", "sluice").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--etcd", etcd.url()));
    return Program.start(folder.resolve("out"), command);
  }

  /** Waits until a rollout's claim has ended with the process that held it. */
  public void awaitUnclaimed(String rollout) {
    String runner = "/vulcand/rollouts/" + rollout + "/runner";
    Awaitility.await().until(() -> !etcd.get(runner).contains("process"));
  }
}
