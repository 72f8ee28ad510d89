package io.sluice.gateway.control;

import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.table.TableFollower;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoints;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The control thread looks at the store again, whatever a tree has made it throw. */
class ReconcilerTest {
  /** A store that tells what a test says. */
  private static final class Told implements ConfigSource {
    private final LinkedBlockingQueue<Snapshot> trees = new LinkedBlockingQueue<>();

    @Override
    public Snapshot await(Duration atMost) throws InterruptedException {
      return trees.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public SourceStatus status() {
      return SourceStatus.initial();
    }

    @Override
    public void accept() {}

    @Override
    public void close() {}
  }

  private final Told source = new Told();
  private final Telemetry telemetry = new Telemetry();
  private final LiveTable live = new LiveTable();
  private volatile Throwable fault;
  private Reconciler reconciler;

  @BeforeEach
  void start() throws Exception {
    Endpoints endpoints = new Endpoints(List.of());
    TableFollower follower = this::follow;
    reconciler =
        new Reconciler(
            "test",
            source,
            new ConfigReader(),
            new TableCompiler(
                endpoints, telemetry, new Sources(new SharedBudget(0)), System::nanoTime),
            live,
            List.of(follower),
            null);
    reconciler.start();
  }

  @AfterEach
  void stop() throws Exception {
    reconciler.stop();
    telemetry.close();
  }

  private List<Problem> follow(RoutingTable table) {
    Throwable thrown = fault;
    if (thrown instanceof Error error && table.frontends().containsKey("bad")) {
      throw error;
    }
    if (thrown instanceof RuntimeException error && table.frontends().containsKey("bad")) {
      throw error;
    }
    return List.of();
  }

  static List<Throwable> faults() {
    return List.of(
        new StackOverflowError(),
        new IllegalStateException("a bug"),
        new NoClassDefFoundError("x"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void fromTheMomentAtWhichTheTreeIsGoodItIsServed(Throwable thrown) {
    fault = thrown;
    source.trees.add(tree(1, "bad"));
    Awaitility.await()
        .until(
            () ->
                reconciler.status().problems().stream()
                    .anyMatch(problem -> problem.where().equals("the whole tree")));

    source.trees.add(tree(2, "good"));

    Awaitility.await()
        .until(
            () ->
                reconciler.status().table().frontends().containsKey("good")
                    && reconciler.status().problems().isEmpty());
  }

  private static Snapshot tree(long revision, String frontend) {
    KeyTree.Editor tree = KeyTree.EMPTY.edit().revision(revision);
    put(tree, "backends/b/backend", "{\"Type\":\"http\"}");
    put(
        tree,
        "frontends/" + frontend + "/frontend",
        "{\"Type\":\"http\",\"BackendId\":\"b\",\"Route\":\"Path(`/`)\"}");
    return new Snapshot(tree.done(), Snapshot.ETCD, 1);
  }

  private static void put(KeyTree.Editor tree, String key, String value) {
    tree.put(key, value.getBytes(StandardCharsets.UTF_8));
  }
}
