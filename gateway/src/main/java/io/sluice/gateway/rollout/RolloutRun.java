package io.sluice.gateway.rollout;

import io.sluice.gateway.control.EtcdStore;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.RolloutStore.Read;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Runs a rollout from where it stands to its end. What it knows is in etcd: killed at any point, it
 * goes on in another process that begins the step under way anew.
 */
public final class RolloutRun {
  private RolloutRun() {}

  /**
   * Runs it to its end, unless it is over.
   *
   * @param name of this process, for others to see
   * @param progress is told what happens, a line at a time
   * @return how it ended
   * @throws Taken when another process runs it
   * @throws IOException when the store is away; it can be resumed
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
      Course course = new Course(rollouts, read, name, progress);
      if (course.rollout().phase() == Phase.PAUSED) {
        course.change(rollout -> rollout.to(Phase.RUNNING, rollout.step()));
      }
      switch (read.rollout().plan()) {
        case Shift shift -> new ShiftRun(store, course, shift).toEnd();
        case Rolling rolling -> new RollingRun(store, course, rolling).toEnd();
      }
      return course.rollout();
    } finally {
      rollouts.release();
    }
  }

  /**
   * Gives the old backend everything, of a rollout that nobody runs, even one that is done; in one
   * transaction. A rolling one stops where it is.
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
      rollouts.release();
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
