package io.sluice.gateway.rollout;

import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.predicate.Judgement.Sides;
import io.sluice.gateway.predicate.Judgement.Verdict;
import io.sluice.gateway.rollout.Rollout.Asked;
import io.sluice.gateway.rollout.Rollout.Event;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves a frontend's requests, step by step.
 *
 * <pre>
 *   ready? ──▶ smoke ──▶ step: shares + fleet serves them ──▶ measured, judged ──▶ next step ──▶ DONE
 *      └──────────┴────────────────────┴──────────────────────────┴── no ──▶ TAKEN_BACK
 * </pre>
 */
final class ShiftRun {
  private static final int NOTES = 10;
  private static final int TELL_SECONDS = 5;

  private final EtcdStore store;
  private final Fleet fleet;
  private final Readiness readiness;
  private final Course course;
  private final Shift plan;
  private Traffic earlierBaseline = new Traffic();

  ShiftRun(EtcdStore store, Course course, Shift plan) {
    this.store = store;
    this.fleet = new Fleet(store);
    this.readiness = new Readiness(store, fleet);
    this.course = course;
    this.plan = plan;
  }

  void toEnd() throws IOException, InterruptedException, Taken {
    String hindrance = awaitReady();
    if (hindrance.isEmpty()) {
      hindrance = String.join("; ", readiness.smoke(plan.to(), plan.smoke()));
    }
    if (!hindrance.isEmpty()) {
      takeBack(hindrance);
    }
    while (!course.isOver()) {
      step();
    }
  }

  private String awaitReady() throws IOException, InterruptedException, Taken {
    Stopwatch waited = new Stopwatch();
    while (true) {
      List<String> hindrances = new ArrayList<>(readiness.hindrances(plan.to()));
      if (!plan.control().isEmpty()) {
        hindrances.addAll(readiness.hindrances(plan.control()));
      }
      if (hindrances.isEmpty()) {
        return "";
      }
      if (waited.seconds() > plan.timeoutSeconds()) {
        return String.join("; ", hindrances);
      }
      course.pause();
    }
  }

  /** Brings one step into force and stays in it until it is judged, or an operator decides. */
  private void step() throws IOException, InterruptedException, Taken {
    int share = course.rollout().share();
    long revision =
        course.change(
            rollout -> rollout.and(course.event("begins")),
            () -> List.of(frontend(record -> FrontendShares.of(record, plan, share))));
    course.say(plan.to() + " gets " + share + " % from revision " + revision);
    List<String> behind = awaitFleet(revision);
    if (!behind.isEmpty()) {
      takeBack(String.join("; ", behind));
      return;
    }
    course.change(rollout -> rollout.and(event("served", share, revision)));
    Measured measured = new Measured(Judgement.parseOptional(plan.judgement()));
    Stopwatch stepped = new Stopwatch();
    Stopwatch noted = new Stopwatch();
    Stopwatch told = new Stopwatch();
    while (true) {
      course.pause();
      if (obeyed(measured)) {
        return;
      }
      measured.look();
      Traffic canary = measured.canary();
      Traffic baseline = measured.baseline();
      if (measured.isBad()) {
        note("failed", share, revision, canary, baseline);
        takeBack(measured.fault());
        return;
      }
      boolean passes = measured.verdict() == Verdict.PASSES;
      if (passes && stepped.seconds() >= plan.stepSeconds()) {
        earlierBaseline = baseline;
        note("passed", share, revision, canary, baseline);
        passed(canary.summary(), baseline.summary());
        return;
      }
      if (!passes && stepped.seconds() > plan.timeoutSeconds()) {
        takeBack(
            "found "
                + canary.requests()
                + " answers within "
                + plan.timeoutSeconds()
                + " s, which are too few, expected "
                + plan.minRequests());
        return;
      }
      // Ever more seldom, so that a step of days has a timeline that can be read.
      if (noted.seconds() >= Math.max(1, stepped.seconds() / NOTES)) {
        note("measured", share, revision, canary, baseline);
        noted = new Stopwatch();
      }
      if (told.seconds() >= TELL_SECONDS) {
        told = new Stopwatch();
        course.say(
            share
                + " % for "
                + stepped.seconds()
                + " s: "
                + plan.to()
                + " "
                + canary.summary().text()
                + "; "
                + plan.baseline()
                + " "
                + baseline.summary().text());
      }
    }
  }

  /** What both backends have answered since a step began, and what that says. */
  private final class Measured {
    private final @Nullable Judgement judgement;
    private final Tally ofCanary = new Tally(plan.frontend(), plan.to());
    private final Tally ofBaseline = new Tally(plan.frontend(), plan.baseline());
    private final Window window;

    Measured(@Nullable Judgement judgement) throws IOException, InterruptedException {
      this.judgement = judgement;
      this.window = new Window(fleet, ofCanary, ofBaseline);
    }

    void look() throws IOException, InterruptedException {
      window.look();
    }

    Traffic canary() {
      return ofCanary.sum();
    }

    /** With next to everything on the new backend, what was is more to compare with. */
    Traffic baseline() {
      boolean few = ofBaseline.sum().requests() < plan.minRequests();
      boolean more = earlierBaseline.requests() > ofBaseline.sum().requests();
      return few && more ? earlierBaseline : ofBaseline.sum();
    }

    Verdict verdict() {
      if (judgement == null) {
        return Verdict.PASSES;
      }
      return canary().requests() < plan.minRequests()
          ? Verdict.TOO_FEW
          : judgement.of(new Sides(canary(), baseline()));
    }

    boolean isBad() {
      return verdict() == Verdict.FAILS;
    }

    String fault() {
      return "found "
          + canary().summary().text()
          + " beside "
          + baseline().summary().text()
          + ", expected "
          + plan.judgement();
    }
  }

  private void note(String what, int share, long revision, Traffic canary, Traffic baseline)
      throws IOException, InterruptedException, Taken {
    Event event = Course.event(what, share, revision, canary.summary(), baseline.summary());
    course.change(rollout -> rollout.and(event));
  }

  private static Event event(String what, int share, long revision) {
    return Course.event(what, share, revision, Course.NOTHING, Course.NOTHING);
  }

  private void passed(Traffic.Summary canary, Traffic.Summary baseline)
      throws IOException, InterruptedException, Taken {
    boolean last = course.rollout().step() == plan.lastStep();
    course.change(
        rollout ->
            rollout.to(
                last ? Phase.DONE : Phase.RUNNING, last ? rollout.step() : rollout.step() + 1));
    course.say(
        plan.to() + " had " + canary.text() + "; " + plan.baseline() + " " + baseline.text());
  }

  /** Does what an operator asks for; true when the step is over by that. */
  private boolean obeyed(Measured measured) throws IOException, InterruptedException, Taken {
    Asked asked =
        course.asked(
            () -> {
              measured.look();
              return measured.isBad();
            });
    switch (asked) {
      case ABORT -> takeBack("an operator asked for it");
      case PROMOTE -> {
        course.say("promoted by an operator");
        course.change(
            rollout ->
                rollout
                    .answered(Asked.PROMOTE)
                    .and(course.event("promoted"))
                    .to(Phase.RUNNING, plan.lastStep()));
      }
      case RESUME -> course.change(rollout -> rollout.answered(Asked.RESUME));
      case PAUSE, NOTHING -> {
        return false;
      }
    }
    return true;
  }

  void takeBack(String why) throws IOException, InterruptedException, Taken {
    course.say("taken back: " + why);
    long revision =
        course.change(
            rollout ->
                rollout
                    .asking(Asked.NOTHING)
                    .and(event("taken back: " + why, 0, 0))
                    .to(Phase.TAKEN_BACK, rollout.step()),
            () -> List.of(frontend(record -> FrontendShares.only(record, plan.from()))));
    awaitFleet(revision).forEach(course::say);
  }

  private List<String> awaitFleet(long revision) throws IOException, InterruptedException, Taken {
    return course.await(
        atMost -> fleet.await(revision, atMost), Duration.ofSeconds(plan.timeoutSeconds()));
  }

  /** A change of the frontend's record. */
  private interface Rewrite {
    String of(String record) throws IOException;
  }

  private EtcdStore.Change frontend(Rewrite rewrite) throws IOException, InterruptedException {
    String key = "frontends/" + plan.frontend() + "/frontend";
    EtcdStore.Stored stored = store.find(key);
    if (stored == null) {
      throw new IOException("frontend " + plan.frontend() + " was removed from the store");
    }
    return new EtcdStore.Change(
        key, rewrite.of(stored.value()), stored.modRevision(), stored.lease());
  }
}
