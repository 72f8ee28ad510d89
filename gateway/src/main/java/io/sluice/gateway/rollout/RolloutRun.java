package io.sluice.gateway.rollout;

import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.RolloutStore.Read;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.store.StoreAwayException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Runs a rollout from where it stands to its end. What it knows is in etcd: killed at any point, it
 * goes on in another process that begins the step under way anew.
 */
public final class RolloutRun {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private RolloutRun() {}

  /**
   * Runs it to its end, unless it is over.
   *
   * @param name of this process, for others to see
   * @param progress is told what happens, a line at a time
   * @return how it ended
   * @throws Taken when another process runs it
   * @throws IOException when the store refuses, or is away for minutes; it can be resumed
   */
  public static Rollout run(EtcdStore store, String id, String name, Consumer<String> progress)
      throws IOException, InterruptedException, Taken {
    RolloutStore rollouts = new RolloutStore(store);
    Read read = find(rollouts, id);
    if (read.rollout().phase().isOver()) {
      return read.rollout();
    }
    rollouts.claim(id, name);
    try {
      if (read.rollout().phase() == Phase.PAUSED) {
        new Course(rollouts, read, name, progress)
            .change(rollout -> rollout.to(Phase.RUNNING, rollout.step()));
      }
      return runThroughOutages(store, id, name, progress);
    } finally {
      release(rollouts, progress);
    }
  }

  /**
   * Nothing that was written when the store went away is taken for granted: what it holds when it
   * is back is where the rollout goes on.
   */
  private static Rollout runThroughOutages(
      EtcdStore store, String id, String name, Consumer<String> progress)
      throws IOException, InterruptedException, Taken {
    RolloutStore rollouts = new RolloutStore(store);
    long awaySince = 0;
    while (true) {
      try {
        rollouts.keepClaim(id, name);
        Course course = new Course(rollouts, find(rollouts, id), name, progress);
        if (awaySince != 0) {
          progress.accept("the store is back");
          awaySince = 0;
        }
        if (course.rollout().phase() == Phase.PAUSED) {
          course.awaitWish();
        }
        if (!course.isOver()) {
          toEnd(store, course);
        }
        return course.rollout();
      } catch (StoreAwayException away) {
        if (awaySince == 0) {
          awaySince = System.nanoTime();
          progress.accept("the store is away, waiting for it: " + away.getMessage());
        } else if (System.nanoTime() - awaySince > PATIENCE.toNanos()) {
          throw away;
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  private static void toEnd(EtcdStore store, Course course)
      throws IOException, InterruptedException, Taken {
    try {
      switch (course.rollout().plan()) {
        case Shift shift -> new ShiftRun(store, course, shift).toEnd();
        case Rolling rolling -> new RollingRun(store, course, rolling).toEnd();
      }
    } catch (Taken taken) {
      if (!course.isOver()) {
        throw taken;
      }
      course.say(String.valueOf(taken.getMessage()));
    }
  }

  /** Where the store is away the claim ends by itself, within seconds. */
  private static void release(RolloutStore rollouts, Consumer<String> progress)
      throws IOException, InterruptedException {
    try {
      rollouts.release();
    } catch (StoreAwayException away) {
      progress.accept("the claim was not released, it ends by itself: " + away.getMessage());
    }
  }

  /**
   * Returns all traffic to the old backend in one transaction. For a rollout that no process is
   * running, finished or not. A rolling one stops where it is.
   */
  public static Rollout takeBack(EtcdStore store, String id, String name, Consumer<String> progress)
      throws IOException, InterruptedException, Taken {
    RolloutStore rollouts = new RolloutStore(store);
    Read read = find(rollouts, id);
    if (read.rollout().phase() == Phase.TAKEN_BACK) {
      throw new IOException("the rollout of " + id + " was taken back already");
    }
    rollouts.claim(id, name);
    try {
      Course course = new Course(rollouts, read, name, progress);
      String why = "an operator asked for it";
      switch (read.rollout().plan()) {
        case Shift shift -> new ShiftRun(store, course, shift).takeBack(why);
        case Rolling rolling -> new RollingRun(store, course, rolling).stop(why);
      }
      return course.rollout();
    } finally {
      release(rollouts, progress);
    }
  }

  private static Read find(RolloutStore rollouts, String id)
      throws IOException, InterruptedException {
    Read read = rollouts.find(id);
    if (read == null) {
      throw new IOException("found no rollout of \"" + id + "\"");
    }
    return read;
  }
}
