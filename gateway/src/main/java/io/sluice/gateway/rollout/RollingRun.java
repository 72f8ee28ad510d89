package io.sluice.gateway.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.control.EtcdStore;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.Quiet;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.rollout.Rolling.Replacement;
import io.sluice.gateway.rollout.Rollout.Asked;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a backend's servers, some at a time.
 *
 * <pre>
 *   start new ──▶ ready at every gateway, takes traffic ──▶ drain old ──▶ nothing under way ──▶ stop old ──▶ next
 *      └────────────────── not in time: the new one is stopped, the rest stays ──▶ TAKEN_BACK
 * </pre>
 *
 * <p>Every part looks first whether it is done already, so a step that was cut short is begun anew.
 */
final class RollingRun {
  private static final JsonMapper JSON = new JsonMapper();

  private final EtcdStore store;
  private final Fleet fleet;
  private final Course course;
  private final Rolling plan;

  RollingRun(EtcdStore store, Course course, Rolling plan) {
    this.store = store;
    this.fleet = new Fleet(store);
    this.course = course;
    this.plan = plan;
  }

  void toEnd() throws IOException, InterruptedException, Taken {
    while (!course.isOver()) {
      if (course.asked() == Asked.ABORT) {
        stop("an operator asked for it");
        return;
      }
      int step = course.rollout().step();
      List<Replacement> batch = plan.batch(step);
      if (ended(plan.goingFirst(batch)) && begun(batch) && ended(plan.goingLast(batch))) {
        boolean last = step == plan.lastStep();
        course.change(
            rollout ->
                rollout
                    .and(course.event("replaced " + batch))
                    .to(last ? Phase.DONE : Phase.RUNNING, last ? step : step + 1));
      }
    }
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
      if (find(each.newId()) == null) {
        String fault = run(plan.start(), each.newId(), each.port());
        if (fault.isEmpty() && !plan.url().isEmpty()) {
          write(each.newId(), JSON.createObjectNode().put("URL", url(each)).toString(), 0);
        }
        if (!fault.isEmpty()) {
          stop("server " + each.newId() + " was not started: " + fault);
          return false;
        }
      }
    }
    for (Replacement each : batch) {
      String fault = awaitTraffic(each);
      if (!fault.isEmpty()) {
        remove(each.newId());
        run(plan.stop(), each.newId(), each.port());
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
      Server server = find(each.newId());
      String missing =
          server == null
              ? "server " + each.newId() + " has not announced itself"
              : hindrance(server, "candidates");
      if (missing.isEmpty() && server != null) {
        ready = ready == null ? new Stopwatch() : ready;
        boolean settled = ready.seconds() >= plan.settleSeconds();
        if (settled || hindrance(server, "endpoints").isEmpty()) {
          return "";
        }
      }
      if (waited.seconds() > plan.timeoutSeconds()) {
        return missing + " within " + plan.timeoutSeconds() + " s";
      }
      course.pause();
    }
  }

  /** What a gateway misses of a server: that it is READY, or that it had a request. */
  private String hindrance(Server server, String list) throws IOException, InterruptedException {
    for (GatewayStatus gateway : fleet.gateways().values()) {
      try {
        if (!isWell(fleet.status(gateway).path(list), server)) {
          return "server " + server.id() + " was not ready at gateway " + gateway.id();
        }
      } catch (Fleet.SilentException silent) {
        return silent.getMessage();
      }
    }
    return "";
  }

  private static boolean isWell(JsonNode list, Server server) {
    for (JsonNode each : list) {
      boolean same =
          each.path("host").asText().equals(server.host())
              && each.path("port").asInt() == server.port();
      if (same
          && (each.path("state").asText().equals("READY") || each.path("exchanges").asLong() > 0)) {
        return true;
      }
    }
    return false;
  }

  /** Drains and stops the old ones; false when one is still busy when the time is over. */
  private boolean ended(List<Replacement> batch) throws IOException, InterruptedException, Taken {
    long drained = 0;
    for (Replacement each : batch) {
      EtcdStore.Stored stored = store.find(key(each.oldId()));
      if (stored != null && JSON.readTree(stored.value()) instanceof ObjectNode record) {
        record.remove("State");
        drained = write(each.oldId(), record.put("State", "draining").toString(), stored.lease());
      }
    }
    long revision = drained;
    course.await(atMost -> fleet.await(revision, atMost), timeout()).forEach(course::say);
    for (Replacement each : batch) {
      Server server = find(each.oldId());
      List<String> busy = server == null ? List.of() : course.await(quiet(server), timeout());
      if (!busy.isEmpty()) {
        stop(String.join("; ", busy));
        return false;
      }
      course.pause();
      String fault = run(plan.stop(), each.oldId(), 0);
      if (!fault.isEmpty()) {
        stop("server " + each.oldId() + " was not stopped: " + fault);
        return false;
      }
      remove(each.oldId());
      course.say("server " + each.oldId() + " is drained and stopped");
    }
    return true;
  }

  private Course.Wait quiet(Server server) {
    return atMost -> new Quiet(fleet).awaitServer(server, atMost);
  }

  private @Nullable Server find(String id) throws IOException, InterruptedException {
    return TreeCheck.of(TreeChanges.values(store.read("backends/" + plan.backend() + "/")))
        .config()
        .servers()
        .getOrDefault(plan.backend(), List.of())
        .stream()
        .filter(server -> server.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private String key(String id) {
    return Kind.SERVER.key(plan.backend() + "/" + id);
  }

  private long write(String id, String record, long lease)
      throws IOException, InterruptedException {
    return commit(new EtcdStore.Change(key(id), record, EtcdStore.Change.ANY, lease));
  }

  private void remove(String id) throws IOException, InterruptedException {
    commit(new EtcdStore.Change(key(id), null, EtcdStore.Change.ANY, 0));
  }

  private long commit(EtcdStore.Change change) throws IOException, InterruptedException {
    try {
      return store.commit(List.of(change));
    } catch (EtcdStore.Conflict impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private String url(Replacement each) {
    return plan.fill(plan.url(), each.newId(), each.port());
  }

  private Duration timeout() {
    return Duration.ofSeconds(plan.timeoutSeconds());
  }

  /** Runs a command to its end; why it failed, or empty. */
  private String run(String template, String id, int port)
      throws IOException, InterruptedException, Taken {
    if (template.isEmpty()) {
      return "";
    }
    String command = plan.fill(template, id, port);
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      List<String> runs = course.await(atMost -> ended(process, atMost), timeout());
      if (!runs.isEmpty()) {
        return command + " has not ended within " + plan.timeoutSeconds() + " s";
      }
      return process.exitValue() == 0 ? "" : command + " ended with " + process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> ended(Process process, Duration atMost) throws InterruptedException {
    boolean ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    return ended ? List.of() : List.of("runs");
  }
}
