package io.sluice.gateway.rollout;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.Quiet;
import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.predicate.Judgement.Sides;
import io.sluice.gateway.rollout.Rolling.Replacement;
import io.sluice.gateway.rollout.Rollout.Asked;
import io.sluice.gateway.rollout.Rollout.Mark;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.Rollout.Stage;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import io.sluice.gateway.rollout.ServerCommands.Outcome;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a backend's servers, some at a time.
 *
 * <pre>
 *   start new ──▶ ready at every gateway, takes traffic ──▶ judged ──▶ drain old ──▶ nothing under way ──▶ stop old ──▶ next
 *      └──────────── not in time, or not well: the new ones are stopped, the rest stays ──▶ TAKEN_BACK
 * </pre>
 *
 * <p>Every part looks first whether it is done already, so a step that was cut short is begun anew.
 */
final class RollingRun {
  /** Of fewer answers nothing is concluded. */
  private static final int LEAST_ANSWERS = 20;

  private static final Mark JUDGED = new Mark(Stage.JUDGED, "");

  /** Of so many something is, before the time is over. */
  private static final int MANY_ANSWERS = 200;

  private final Fleet fleet;
  private final Course course;
  private final Rolling plan;
  private final ServerRecords records;
  private final ServerCommands commands;

  RollingRun(EtcdStore store, Course course, Rolling plan) {
    this.fleet = new Fleet(store);
    this.course = course;
    this.plan = plan;
    this.records = new ServerRecords(store, plan.backend());
    this.commands = new ServerCommands(course, plan);
  }

  void toEnd() throws IOException, InterruptedException, Taken {
    while (!course.isOver()) {
      if (course.asked(() -> false) == Asked.ABORT) {
        stop("an operator asked for it");
        return;
      }
      int step = course.rollout().step();
      List<Replacement> batch = plan.batch(step);
      Tally before = new Tally("", plan.backend());
      Window window = new Window(fleet, before);
      if (ended(plan.goingFirst(batch)) && begun(batch)) {
        window.look();
        // Once it was found to do well it is not asked again: old servers may be gone since.
        boolean judged = course.hasReached(JUDGED);
        Traffic since = judged ? new Traffic() : doesWell(batch, before.sum());
        if (since != null && ended(plan.goingLast(batch))) {
          replaced(batch, since.summary(), before.sum().summary());
        }
      }
    }
  }

  private void replaced(List<Replacement> batch, Traffic.Summary since, Traffic.Summary before)
      throws IOException, InterruptedException, Taken {
    int step = course.rollout().step();
    boolean last = step == plan.lastStep();
    Rollout.Event event =
        Course.event(
            "replaced " + said(batch), course.rollout().share(), records.revision(), since, before);
    course.change(
        rollout ->
            rollout.and(event).to(last ? Phase.DONE : Phase.RUNNING, last ? step : step + 1));
  }

  private static String said(List<Replacement> batch) {
    return batch.stream().map(Replacement::toString).collect(Collectors.joining(", "));
  }

  /**
   * Judges what the backend answers with the new servers in it; null when it does not do well, and
   * the rollout is stopped.
   */
  private @Nullable Traffic doesWell(List<Replacement> batch, Traffic before)
      throws IOException, InterruptedException, Taken {
    Judgement judgement = Judgement.parseOptional(plan.judgement());
    Tally since = new Tally("", plan.backend());
    Window window = new Window(fleet, since);
    Stopwatch judged = new Stopwatch();
    boolean last = false;
    while (judgement != null && !last) {
      course.pause();
      window.look();
      last = judged.seconds() >= plan.settleSeconds();
      // Without a past there is nothing to compare with but itself.
      Traffic past = before.requests() < LEAST_ANSWERS ? since.sum() : before;
      boolean enough = since.sum().requests() >= (last ? LEAST_ANSWERS : MANY_ANSWERS);
      String fault =
          enough && judgement.of(new Sides(since.sum(), past)) == Judgement.Verdict.FAILS
              ? "found " + since.sum().summary().text() + ", expected " + plan.judgement()
              : notReady(batch);
      if (!fault.isEmpty()) {
        // Those whose old servers are gone are all that there is.
        takeOut(plan.goingLast(batch));
        stop(fault);
        return null;
      }
    }
    window.look();
    course.reached(JUDGED, "found well: " + said(batch));
    return since.sum();
  }

  /** Why a new server that took traffic does so no longer; empty when all do. */
  private String notReady(List<Replacement> batch) throws IOException, InterruptedException {
    for (Replacement each : batch) {
      Server server = records.find(each.newId());
      String hindrance =
          server == null
              ? "server " + each.newId() + " has withdrawn itself"
              : hindrance(server, this::isReadyAt, Silence.SAYS_NOTHING);
      if (!hindrance.isEmpty()) {
        return hindrance;
      }
    }
    return "";
  }

  /** Takes new servers out again, as gently as old ones. */
  private void takeOut(Collection<Replacement> batch)
      throws IOException, InterruptedException, Taken {
    drain(batch, Replacement::newId);
    for (Replacement each : batch) {
      busy(each.newId()).forEach(course::say);
      Outcome stopped = commands.stopNew(each);
      if (!stopped.fault().isEmpty()) {
        course.say("server " + each.newId() + " was not stopped: " + stopped.fault());
      }
      records.remove(each.newId());
    }
  }

  /** Takes servers out at every gateway. */
  private void drain(Collection<Replacement> batch, Function<Replacement, String> id)
      throws IOException, InterruptedException, Taken {
    long revision = records.drain(batch.stream().map(id).toList());
    course.await(atMost -> fleet.await(revision, atMost), timeout()).forEach(course::say);
  }

  /** What is still under way at a server when the time is over. */
  private List<String> busy(String id) throws IOException, InterruptedException, Taken {
    Server server = records.find(id);
    return server == null
        ? List.of()
        : course.await(atMost -> new Quiet(fleet).awaitServer(server, atMost), timeout());
  }

  /** Ends the rollout where it is. */
  void stop(String why) throws IOException, InterruptedException, Taken {
    course.say("stopped: " + why);
    course.change(
        rollout ->
            rollout
                .asking(Asked.NOTHING)
                .and(course.event("stopped: " + why))
                .to(Phase.TAKEN_BACK, rollout.step()));
  }

  /** Starts the new ones and waits until each takes traffic; false when one does not. */
  private boolean begun(List<Replacement> batch) throws IOException, InterruptedException, Taken {
    for (Replacement each : batch) {
      if (records.find(each.newId()) == null) {
        String fault = commands.start(each).fault();
        if (fault.isEmpty() && !plan.url().isEmpty()) {
          records.announce(each.newId(), plan.fill(plan.url(), each.newId(), each.port()));
        }
        if (!fault.isEmpty()) {
          takeOut(plan.goingLast(batch));
          stop("server " + each.newId() + " was not started: " + fault);
          return false;
        }
      }
    }
    for (Replacement each : batch) {
      String fault = awaitTraffic(each);
      if (!fault.isEmpty()) {
        Set<Replacement> out = new LinkedHashSet<>(plan.goingLast(batch));
        out.add(each);
        takeOut(out);
        stop(fault);
        return false;
      }
      course.say("server " + each.newId() + " takes traffic");
    }
    return true;
  }

  /** Why a server is of no use within the time; empty when it is ready everywhere. */
  private String awaitTraffic(Replacement each) throws IOException, InterruptedException, Taken {
    Stopwatch waited = new Stopwatch();
    Stopwatch ready = null;
    while (true) {
      Server server = records.find(each.newId());
      String missing =
          server == null
              ? "server " + each.newId() + " has not announced itself"
              : hindrance(server, this::isReadyAt, Silence.IS_IN_THE_WAY);
      if (missing.isEmpty() && server != null) {
        ready = ready == null ? new Stopwatch() : ready;
        boolean settled = ready.seconds() >= plan.settleSeconds();
        if (settled || hindrance(server, this::wasAskedBy, Silence.IS_IN_THE_WAY).isEmpty()) {
          return "";
        }
      }
      String end = commands.ended(each);
      if (!end.isEmpty()) {
        return "server " + each.newId() + " takes no traffic: " + end;
      }
      if (waited.seconds() > plan.timeoutSeconds()) {
        return missing + " within " + plan.timeoutSeconds() + " s";
      }
      course.pause();
    }
  }

  /** What it means that a gateway does not answer, as one that was killed moments ago. */
  private enum Silence {
    IS_IN_THE_WAY,
    SAYS_NOTHING
  }

  /** What is looked for at a gateway. */
  private interface Look {
    boolean at(GatewayStatus gateway, Server server)
        throws AdminApi.SilentException, InterruptedException;
  }

  private boolean isReadyAt(GatewayStatus gateway, Server server)
      throws AdminApi.SilentException, InterruptedException {
    return fleet.servers(gateway).stream()
        .anyMatch(
            seen -> seen.isReady() && seen.isAt(server) && seen.backend().equals(plan.backend()));
  }

  private boolean wasAskedBy(GatewayStatus gateway, Server server)
      throws AdminApi.SilentException, InterruptedException {
    return fleet.endpoints(gateway).stream()
        .anyMatch(seen -> seen.isOf(server) && seen.exchanges() > 0);
  }

  /** Which gateway misses something of a server; empty when none does. */
  private String hindrance(Server server, Look look, Silence ofGateways)
      throws IOException, InterruptedException {
    for (GatewayStatus gateway : fleet.gateways().values()) {
      try {
        if (!look.at(gateway, server)) {
          return "server " + server.id() + " was not ready at gateway " + gateway.id();
        }
      } catch (AdminApi.SilentException silent) {
        if (ofGateways == Silence.IS_IN_THE_WAY) {
          return silent.getMessage();
        }
      }
    }
    return "";
  }

  /** Drains and stops the old ones; false when one is still busy when the time is over. */
  private boolean ended(List<Replacement> batch) throws IOException, InterruptedException, Taken {
    drain(batch, Replacement::oldId);
    for (Replacement each : batch) {
      List<String> busy = busy(each.oldId());
      if (!busy.isEmpty()) {
        stop(String.join("; ", busy));
        return false;
      }
      course.pause();
      // Recorded before the stop: if this process dies right after it, the next one must know that
      // the missing server is ours.
      Mark stopping = new Mark(Stage.STOPPING, each.oldId());
      boolean again = course.hasReached(stopping);
      if (!again) {
        course.reached(stopping, "stopping " + each.oldId());
      }
      Outcome stopped = commands.stopOld(each);
      if (stopped.isNotMine() && !again) {
        // Removed, it might announce itself again.
        course.say("server " + each.oldId() + " is drained; who started it may stop it");
        continue;
      }
      if (!stopped.fault().isEmpty() && !stopped.isNotMine()) {
        stop("server " + each.oldId() + " was not stopped: " + stopped.fault());
        return false;
      }
      records.remove(each.oldId());
      course.say("server " + each.oldId() + " is drained and stopped");
    }
    return true;
  }

  private Duration timeout() {
    return Duration.ofSeconds(plan.timeoutSeconds());
  }
}
