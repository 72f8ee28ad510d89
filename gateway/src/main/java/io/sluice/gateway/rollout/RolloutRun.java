package io.sluice.gateway.rollout;

import io.sluice.gateway.control.EtcdStore;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.predicate.Judgement.Sides;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.rollout.Rollout.Asked;
import io.sluice.gateway.rollout.Rollout.Event;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.RolloutStore.Read;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a rollout from where it stands to its end. What it knows is in etcd: killed at any point, it
 * goes on in another process that begins the step under way anew.
 *
 * <pre>
 *   ready? ──▶ smoke ──▶ step: shares + fleet serves them ──▶ measured, judged ──▶ next step ──▶ DONE
 *      └──────────┴────────────────────┴──────────────────────────┴── no ──▶ TAKEN_BACK
 * </pre>
 */
public final class RolloutRun {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Traffic.Summary NOTHING = new Traffic.Summary(0, 0, 0);

  private final EtcdStore store;
  private final RolloutStore rollouts;
  private final Fleet fleet;
  private final Readiness readiness;
  private final String id;
  private final String name;
  private final Consumer<String> progress;
  private Traffic earlierBaseline = new Traffic();
  private Read current;

  private RolloutRun(EtcdStore store, Read current, String name, Consumer<String> progress) {
    this.store = store;
    this.rollouts = new RolloutStore(store);
    this.fleet = new Fleet(store);
    this.readiness = new Readiness(store, fleet);
    this.id = current.rollout().id();
    this.name = name;
    this.progress = progress;
    this.current = current;
  }

  /**
   * Runs it to its end, unless it is over.
   *
   * @param name of this process, for others to see
   * @param progress is told what happens, a line at a time
   * @return how it ended
   * @throws Taken when another process runs it
   * @throws IOException when the store is away for long; it can be resumed
   */
  public static Rollout run(EtcdStore store, String id, String name, Consumer<String> progress)
      throws IOException, InterruptedException, Taken {
    RolloutStore rollouts = new RolloutStore(store);
    Read read = rollouts.find(id);
    if (read == null) {
      throw new IOException("found no rollout of \"" + id + "\"");
    }
    if (read.rollout().phase().isOver()) {
      return read.rollout();
    }
    rollouts.claim(id, name);
    try {
      RolloutRun run = new RolloutRun(store, read, name, progress);
      run.toEnd();
      return run.current.rollout();
    } finally {
      rollouts.release();
    }
  }

  /** Takes a rollout back that nobody runs, even one that is over; in one transaction. */
  public static Rollout takeBack(EtcdStore store, String id, String name, Consumer<String> progress)
      throws IOException, InterruptedException, Taken {
    RolloutStore rollouts = new RolloutStore(store);
    Read read = rollouts.find(id);
    if (read == null) {
      throw new IOException("found no rollout of \"" + id + "\"");
    }
    if (read.rollout().phase() == Phase.TAKEN_BACK) {
      throw new IOException("the rollout of " + id + " was taken back already");
    }
    rollouts.claim(id, name);
    try {
      RolloutRun run = new RolloutRun(store, read, name, progress);
      run.takeBack("an operator asked for it");
      return run.current.rollout();
    } finally {
      rollouts.release();
    }
  }

  private Plan plan() {
    return current.rollout().plan();
  }

  private void toEnd() throws IOException, InterruptedException, Taken {
    if (current.rollout().phase() == Phase.PAUSED) {
      change(rollout -> rollout.to(Phase.RUNNING, rollout.step()), OptionalInt.empty());
    }
    String hindrance = awaitReady();
    if (hindrance.isEmpty()) {
      hindrance = String.join("; ", readiness.smoke(plan().to(), plan().smoke()));
    }
    if (!hindrance.isEmpty()) {
      takeBack(hindrance);
    }
    while (!current.rollout().phase().isOver()) {
      step();
    }
  }

  private String awaitReady() throws IOException, InterruptedException, Taken {
    long started = System.nanoTime();
    while (true) {
      List<String> hindrances = readiness.hindrances(plan().to());
      if (hindrances.isEmpty()) {
        return "";
      }
      if (seconds(started) > plan().timeoutSeconds()) {
        return String.join("; ", hindrances);
      }
      pause();
    }
  }

  /** Brings one step into force and stays in it until it is judged, or an operator decides. */
  private void step() throws IOException, InterruptedException, Taken {
    int share = current.rollout().share();
    long revision =
        change(rollout -> rollout.and(event("begins", NOTHING, NOTHING)), OptionalInt.of(share));
    progress.accept(plan().to() + " gets " + share + " % from revision " + revision);
    List<String> behind = fleet.await(revision, Duration.ofSeconds(plan().timeoutSeconds()));
    if (!behind.isEmpty()) {
      takeBack(String.join("; ", behind));
      return;
    }
    Judgement judgement = judgement();
    Window window = new Window(fleet, plan());
    long started = System.nanoTime();
    while (true) {
      pause();
      if (obeyed()) {
        return;
      }
      window.look();
      Traffic canary = window.canary();
      Traffic baseline = window.baseline(earlierBaseline);
      boolean enough = judgement == null || canary.requests() >= plan().minRequests();
      if (judgement != null && enough && !judgement.passes(new Sides(canary, baseline))) {
        takeBack(
            "found "
                + figures(canary.summary())
                + " beside "
                + figures(baseline.summary())
                + ", expected "
                + plan().judgement());
        return;
      }
      if (enough && seconds(started) >= plan().stepSeconds()) {
        earlierBaseline = baseline;
        passed(canary.summary(), baseline.summary());
        return;
      }
      if (!enough && seconds(started) > plan().timeoutSeconds()) {
        takeBack(
            "found "
                + canary.requests()
                + " answers within "
                + plan().timeoutSeconds()
                + " s, expected "
                + plan().minRequests());
        return;
      }
    }
  }

  private void passed(Traffic.Summary canary, Traffic.Summary baseline)
      throws IOException, InterruptedException {
    boolean last = current.rollout().step() == plan().steps().size() - 1;
    change(
        rollout ->
            rollout
                .and(event("passed", canary, baseline))
                .to(last ? Phase.DONE : Phase.RUNNING, last ? rollout.step() : rollout.step() + 1),
        OptionalInt.empty());
    progress.accept(
        plan().to() + " had " + figures(canary) + "; " + plan().from() + " " + figures(baseline));
  }

  /** Does what an operator asks for; true when the step is over by that. */
  private boolean obeyed() throws IOException, InterruptedException, Taken {
    refresh();
    switch (current.rollout().asked()) {
      case ABORT -> takeBack("an operator asked for it");
      case PROMOTE -> {
        progress.accept("promoted by an operator");
        change(
            rollout ->
                rollout
                    .asking(Asked.NOTHING)
                    .and(event("promoted", NOTHING, NOTHING))
                    .to(Phase.RUNNING, rollout.plan().steps().size() - 1),
            OptionalInt.empty());
      }
      case PAUSE -> {
        progress.accept("paused by an operator");
        change(
            rollout ->
                rollout
                    .asking(Asked.NOTHING)
                    .and(event("paused", NOTHING, NOTHING))
                    .to(Phase.PAUSED, rollout.step()),
            OptionalInt.empty());
        while (current.rollout().asked() == Asked.NOTHING) {
          pause();
          refresh();
        }
        if (current.rollout().asked() != Asked.RESUME) {
          return obeyed();
        }
        progress.accept("resumed by an operator");
        change(
            rollout ->
                rollout
                    .asking(Asked.NOTHING)
                    .and(event("resumed", NOTHING, NOTHING))
                    .to(Phase.RUNNING, rollout.step()),
            OptionalInt.empty());
      }
      case RESUME, NOTHING -> {
        return false;
      }
    }
    return true;
  }

  private void takeBack(String why) throws IOException, InterruptedException {
    progress.accept("taken back: " + why);
    long revision =
        change(
            rollout ->
                rollout
                    .asking(Asked.NOTHING)
                    .and(
                        new Event(
                            Instant.now().toString(), "taken back: " + why, 0, NOTHING, NOTHING))
                    .to(Phase.TAKEN_BACK, rollout.step()),
            OptionalInt.of(0));
    fleet.await(revision, Duration.ofSeconds(plan().timeoutSeconds())).forEach(progress);
  }

  private void pause() throws IOException, InterruptedException, Taken {
    Thread.sleep(LOOK);
    rollouts.keepClaim(id, name);
  }

  private void refresh() throws IOException, InterruptedException {
    Read read = rollouts.find(id);
    if (read == null) {
      throw new IOException("the rollout of " + id + " was removed from the store");
    }
    current = read;
  }

  /**
   * Changes the rollout, and the frontend's shares with it, in one transaction; again when somebody
   * else has changed either meanwhile.
   */
  private long change(UnaryOperator<Rollout> next, OptionalInt share)
      throws IOException, InterruptedException {
    while (true) {
      Rollout after = next.apply(current.rollout());
      try {
        long revision =
            rollouts.save(
                current, after, share.isEmpty() ? List.of() : List.of(shares(share.getAsInt())));
        current = new Read(after, revision);
        return revision;
      } catch (EtcdStore.Conflict meanwhile) {
        refresh();
      }
    }
  }

  private EtcdStore.Change shares(int share) throws IOException, InterruptedException {
    String key = "frontends/" + plan().frontend() + "/frontend";
    EtcdStore.Stored stored = store.find(key);
    if (stored == null) {
      throw new IOException("frontend " + plan().frontend() + " was removed from the store");
    }
    return new EtcdStore.Change(
        key,
        FrontendShares.with(stored.value(), plan().from(), plan().to(), share),
        stored.modRevision(),
        stored.lease());
  }

  private Event event(String what, Traffic.Summary canary, Traffic.Summary baseline) {
    return new Event(Instant.now().toString(), what, current.rollout().share(), canary, baseline);
  }

  private @Nullable Judgement judgement() throws IOException {
    try {
      return plan().judgement().isEmpty() ? null : Judgement.parse(plan().judgement());
    } catch (PredicateSyntaxException notOne) {
      throw new IOException(
          "judgement: found " + notOne.found() + ", expected " + notOne.expected(), notOne);
    }
  }

  private static String figures(Traffic.Summary summary) {
    return String.format(
        Locale.ROOT,
        "%d answers, %.2f %% errors, p99 %.1f ms",
        summary.requests(),
        100 * summary.errorRatio(),
        summary.p99Millis());
  }

  private static long seconds(long sinceNanos) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
  }
}
