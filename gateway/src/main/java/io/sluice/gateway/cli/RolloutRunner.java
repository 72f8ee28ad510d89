package io.sluice.gateway.cli;

import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.rollout.Plan;
import io.sluice.gateway.rollout.Rollout;
import io.sluice.gateway.rollout.RolloutRun;
import io.sluice.gateway.rollout.RolloutStore;
import io.sluice.gateway.rollout.Shift;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands that run a rollout to its end have in common. */
final class RolloutRunner {
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "writes ID.json and ID.html there at the end")
  private @Nullable Path report;

  /** Runs what moves a frontend from the one backend that it has. */
  int start(Shift wanted) throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      TreeCheck check = TreeCheck.of(TreeChanges.values(store.read("")));
      Frontend frontend = check.config().frontends().get(wanted.frontend());
      if (frontend == null) {
        return refuse("found no frontend \"" + wanted.frontend() + "\"");
      }
      if (frontend.split().shares().size() > 1) {
        return refuse(
            "found frontend "
                + wanted.frontend()
                + " split over several backends, expected one backend");
      }
      if (!check.config().backends().containsKey(wanted.to())) {
        return refuse("found no backend \"" + wanted.to() + "\"");
      }
      Shift plan = wanted.from(frontend.split().shares().getFirst().backendId());
      String fault = plan.fault();
      if (!fault.isEmpty()) {
        refuse(fault);
        return CommandLine.ExitCode.USAGE;
      }
      return create(store, plan);
    }
  }

  EtcdStore open() throws IOException {
    return options.open();
  }

  /** Writes the plan and runs it. */
  int create(EtcdStore store, Plan plan) throws IOException, InterruptedException {
    try {
      new RolloutStore(store).create(Rollout.of(plan));
    } catch (RolloutStore.Taken taken) {
      return refuse(taken.getMessage());
    }
    return run(store, plan.id());
  }

  /** Runs what is written, from where it stands. */
  int run(EtcdStore store, String id) throws IOException, InterruptedException {
    try {
      Rollout ended = RolloutRun.run(store, id, me(), output::note);
      RolloutTable.print(output, List.of(ended));
      if (report != null) {
        RolloutTable.report(output, ended, report);
      }
      return ended.phase() == Rollout.Phase.DONE ? 0 : 1;
    } catch (RolloutStore.Taken taken) {
      return refuse(taken.getMessage());
    }
  }

  int refuse(@Nullable String why) {
    output.note("sluice: " + why);
    return 1;
  }

  Output output() {
    return output;
  }

  static String me() {
    return "process " + ProcessHandle.current().pid() + " of " + System.getProperty("user.name");
  }
}
