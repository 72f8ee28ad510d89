package io.sluice.gateway.rollout;

import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.rollout.Rollout.Asked;
import io.sluice.gateway.rollout.Rollout.Event;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.RolloutStore.Read;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A rollout that this process runs: how it stands in etcd, and how that is changed. One thread. */
final class Course {
  static final Traffic.Summary NOTHING = new Traffic.Summary(0, 0, 0);

  private static final Duration LOOK = Duration.ofMillis(250);

  private final RolloutStore rollouts;
  private final String name;
  private final Consumer<String> progress;
  private Read current;

  Course(RolloutStore rollouts, Read current, String name, Consumer<String> progress) {
    this.rollouts = rollouts;
    this.current = current;
    this.name = name;
    this.progress = progress;
  }

  /** Waits for a while; what is in the way then, empty as soon as nothing is. */
  interface Wait {
    List<String> left(Duration atMost) throws IOException, InterruptedException;
  }

  /** What changes together with the rollout; read anew at every try. */
  interface With {
    List<EtcdStore.Change> changes() throws IOException, InterruptedException;
  }

  Rollout rollout() {
    return current.rollout();
  }

  boolean isOver() {
    return rollout().phase().isOver();
  }

  /** Whether the step under way has reached this, in this process or in one before it. */
  boolean hasReached(Rollout.Mark mark) {
    return rollout().progress().contains(mark);
  }

  /** Writes that the step has reached something, and how it is told. */
  void reached(Rollout.Mark mark, String what) throws IOException, InterruptedException, Taken {
    Event told = event(what);
    change(rollout -> rollout.and(mark).and(told));
  }

  void say(String line) {
    progress.accept(line);
  }

  Event event(String what) {
    return event(what, rollout().share(), 0, NOTHING, NOTHING);
  }

  static Event event(
      String what, int share, long revision, Traffic.Summary canary, Traffic.Summary baseline) {
    return new Event(Instant.now().toString(), what, share, revision, canary, baseline);
  }

  /**
   * Waits for something, however long, and stays the one who runs it.
   *
   * @return what is in the way when the time is over; empty when nothing is
   */
  List<String> await(Wait something, Duration atMost)
      throws IOException, InterruptedException, Taken {
    Stopwatch waited = new Stopwatch();
    while (true) {
      List<String> left = something.left(LOOK);
      if (left.isEmpty() || waited.seconds() > atMost.toSeconds()) {
        return left;
      }
      rollouts.keepClaim(rollout().id(), name);
    }
  }

  /** Waits a moment and stays the one who runs it. */
  void pause() throws IOException, InterruptedException, Taken {
    Thread.sleep(LOOK);
    rollouts.keepClaim(rollout().id(), name);
  }

  long change(UnaryOperator<Rollout> next) throws IOException, InterruptedException, Taken {
    return change(next, List::of);
  }

  /**
   * Changes the rollout, and something else with it, in one transaction; again when somebody else
   * has changed either meanwhile.
   *
   * @return the revision
   * @throws Taken when somebody else has brought it to its end
   */
  long change(UnaryOperator<Rollout> next, With with)
      throws IOException, InterruptedException, Taken {
    while (true) {
      Rollout after = next.apply(rollout());
      try {
        long revision = rollouts.save(current, after, with.changes());
        current = new Read(after, revision);
        return revision;
      } catch (EtcdStore.Conflict meanwhile) {
        refresh();
      }
    }
  }

  /**
   * What an operator has asked for since; a pause is over when this returns.
   *
   * @param vigil is kept while it is paused
   * @return ABORT, PROMOTE, RESUME after a pause, or NOTHING, also where the vigil ended a pause
   */
  Asked asked(Vigil vigil) throws IOException, InterruptedException, Taken {
    refresh();
    Asked wish = rollout().asked();
    if (wish == Asked.PAUSE) {
      say("paused by an operator");
      change(answering(wish, Phase.PAUSED, "paused"));
      while (rollout().asked() == Asked.NOTHING) {
        pause();
        refresh();
        if (vigil.isLost()) {
          change(rollout -> rollout.and(event("resumed")).to(Phase.RUNNING, rollout.step()));
          return Asked.NOTHING;
        }
      }
      Asked next = rollout().asked();
      say("an operator says " + next);
      change(answering(next, Phase.RUNNING, "resumed"));
      return next;
    }
    return wish;
  }

  /** Looks whether a rollout that is paused can stay as it is. */
  interface Vigil {
    boolean isLost() throws IOException, InterruptedException;
  }

  /** Stays paused until an operator asks for something. */
  void awaitWish() throws IOException, InterruptedException, Taken {
    while (rollout().asked() == Asked.NOTHING) {
      pause();
      refresh();
    }
  }

  private UnaryOperator<Rollout> answering(Asked wish, Phase phase, String what) {
    return rollout -> rollout.answered(wish).and(event(what)).to(phase, rollout.step());
  }

  private void refresh() throws IOException, InterruptedException, Taken {
    boolean over = isOver();
    Read read = rollouts.find(rollout().id());
    if (read == null) {
      throw new IOException("the rollout of " + rollout().id() + " was removed from the store");
    }
    current = read;
    if (isOver() && !over) {
      throw new Taken("somebody else has ended it: " + rollout().phase());
    }
  }
}
