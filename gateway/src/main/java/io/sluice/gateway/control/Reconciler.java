package io.sluice.gateway.control;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.table.TableFollower;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control thread: takes the whole tree whenever it changed, compiles and publishes a table, and
 * brings everything else in line.
 *
 * <p>{@link #apply} is the list of what happens to every event, in order. Latest wins: what changed
 * while a table was being compiled is in the next one.
 */
public final class Reconciler implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final long STOP_MILLIS = 5_000;
  private static final Duration BETWEEN_SAVES = Duration.ofSeconds(1);

  private final ConfigSource source;
  private final ConfigReader reader;
  private final TableCompiler compiler;
  private final LiveTable live;
  private final List<TableFollower> followers;
  private final @Nullable StateFile state;
  private final @Nullable StateKeeper keeper;
  private final String drainKey;
  private final Thread thread = Thread.ofPlatform().name("control").unstarted(this);
  private volatile Applied applied =
      new Applied(RoutingTable.EMPTY, "none", Instant.now(), List.of());
  private final CountDownLatch stopSignal = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile boolean takenOut;
  private volatile Runnable whenChanged = () -> {};
  private KeyTree current = KeyTree.EMPTY;
  private Set<Problem> reported = Set.of();

  /** What the source gave last, until it is applied whole. */
  private @Nullable Snapshot pending;

  private String lastBug = "";

  /** What was published last. */
  private record Applied(RoutingTable table, String origin, Instant at, List<Problem> problems) {}

  /**
   * @param id the gateway's name in the fleet
   * @param stateDirectory where the last good tree is kept, of a source that can be away; null to
   *     keep none
   * @throws IOException when the directory cannot be made
   */
  public Reconciler(
      String id,
      ConfigSource source,
      ConfigReader reader,
      TableCompiler compiler,
      LiveTable live,
      List<TableFollower> followers,
      @Nullable Path stateDirectory)
      throws IOException {
    this.drainKey = GatewayStatus.drainKey(id);
    this.source = source;
    this.reader = reader;
    this.compiler = compiler;
    this.live = live;
    this.followers = List.copyOf(followers);
    this.state = stateDirectory == null ? null : new StateFile(stateDirectory);
    this.keeper = state == null ? null : new StateKeeper(state, BETWEEN_SAVES);
  }

  /** Who wants to know, on the control thread, that {@link #status} may say something else. */
  public void whenChanged(Runnable listener) {
    whenChanged = listener;
  }

  /** Whether an operator has taken this gateway out of the fleet. Any thread. */
  public boolean isTakenOut() {
    return takenOut;
  }

  public void start() {
    thread.start();
  }

  /** Ends the thread after what it is doing; sockets and endpoints stay as they are. */
  public void stop() throws InterruptedException {
    stopping = true;
    stopSignal.countDown();
    thread.interrupt();
    thread.join(STOP_MILLIS);
  }

  /** Stops; returns when the last good tree is on disk, if the disk is not stuck. */
  public void close() throws InterruptedException {
    stop();
    if (keeper != null) {
      keeper.stop();
    }
  }

  /** A snapshot for the admin API. Any thread. */
  public ControlStatus status() {
    Applied last = applied;
    return new ControlStatus(last.table, last.origin, last.at, last.problems, source.status());
  }

  @Override
  public void run() {
    try {
      startFromDisk();
      while (!stopping) {
        try {
          Snapshot fresh = source.await(TICK);
          pending = fresh == null ? pending : fresh;
          if (pending != null) {
            apply(pending);
            keep(pending);
            current = pending.tree();
            pending = null;
          } else {
            keepInLine();
          }
          lookForDrain();
        } catch (RuntimeException | Error bug) {
          outlive(bug);
        }
      }
    } catch (InterruptedException stopped) {
      LOG.debug("the control thread ends");
    }
  }

  /**
   * A bug must not freeze the gateway on an old table for ever: it is shown, the source is asked
   * again, and what it gives then is tried.
   */
  private void outlive(Throwable bug) throws InterruptedException {
    if (bug instanceof OutOfMemoryError end) {
      throw end;
    }
    if (!bug.toString().equals(lastBug)) {
      LOG.error("a tree could not be applied; the table before it still serves", bug);
      lastBug = bug.toString();
    }
    Applied last = applied;
    Problem problem =
        Problem.error(
            "the whole tree", bug.toString(), "a tree that can be applied; the log says more");
    applied = new Applied(last.table, last.origin, last.at, List.of(problem));
    whenChanged.run();
    boolean stopped = stopSignal.await(TICK.toMillis(), TimeUnit.MILLISECONDS);
    LOG.debug("trying again: {}", !stopped);
  }

  private void lookForDrain() {
    boolean now = current.find(drainKey) != null;
    if (now != takenOut) {
      LOG.info(now ? "taken out of the fleet by {}" : "back in the fleet: {} is gone", drainKey);
      takenOut = now;
      whenChanged.run();
    }
  }

  private void apply(Snapshot snapshot) {
    RoutingTable previous = live.current();
    Config config = reader.read(snapshot.tree());
    RoutingTable table = compiler.compile(config, previous);
    live.publish(table);
    Instant now = Instant.now();
    List<Problem> problems = follow(table);
    applied = new Applied(table, snapshot.origin(), now, problems);
    whenChanged.run();
    LOG.debug(
        "table {} serves revision {} with {} frontends",
        table.version(),
        table.revision(),
        table.frontends().size());
  }

  /** Tries again what could not be brought in line, and forgets endpoints that have finished. */
  private void keepInLine() {
    RoutingTable table = live.current();
    List<Problem> problems = follow(table);
    Applied last = applied;
    if (!problems.equals(last.problems)) {
      applied = new Applied(last.table, last.origin, last.at, problems);
      whenChanged.run();
    }
  }

  private List<Problem> follow(RoutingTable table) {
    List<Problem> problems = new ArrayList<>(source.status().problems(Instant.now()));
    problems.addAll(table.problems());
    for (TableFollower follower : followers) {
      problems.addAll(follower.follow(table));
    }
    report(problems);
    return List.copyOf(problems);
  }

  /** Says each problem once, when it appears and when it is gone. */
  private void report(List<Problem> problems) {
    Set<Problem> now = new HashSet<>(problems);
    for (Problem problem : problems) {
      if (!reported.contains(problem)) {
        LOG.atLevel(
                problem.level() == Problem.Level.ERROR
                    ? org.slf4j.event.Level.ERROR
                    : org.slf4j.event.Level.WARN)
            .log("{}", problem);
      }
    }
    for (Problem problem : reported) {
      if (!now.contains(problem)) {
        LOG.info("solved: {}", problem);
      }
    }
    reported = now;
  }

  private void startFromDisk() {
    if (state == null) {
      return;
    }
    try {
      Snapshot kept = state.load();
      if (kept != null) {
        LOG.info(
            "serving the tree of revision {} from {} until the store answers",
            kept.tree().revision(),
            state.path());
        apply(kept);
        source.continueFrom(kept);
      }
    } catch (IOException | RuntimeException unusable) {
      LOG.error("the last good tree is not usable: {}", unusable.toString());
    }
  }

  private void keep(Snapshot applied) {
    if (keeper != null) {
      keeper.keep(new LastGood(reader.lastGood(), applied.tree().revision(), applied.clusterId()));
    }
  }
}
