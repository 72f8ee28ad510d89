package io.sluice.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.control.EtcdStore;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.rollout.Rollout;
import io.sluice.gateway.rollout.RolloutRun;
import io.sluice.gateway.rollout.RolloutStore;
import io.sluice.gateway.rollout.Shift;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves a frontend from one backend to another, by steps or at once, and back. */
@Command(
    name = "rollout",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = RollingCommand.class,
    description =
        "Moves a frontend's requests to another backend: all at once or by steps, judged over all"
            + " gateways, and taken back by itself when it does badly.")
public final class RolloutCommand {
  private static final String ID = "a frontend's id, or backend.ID of a rolling one";
  private static final String ALL = "100";

  @Command(
      name = "blue-green",
      mixinStandardHelpOptions = true,
      description =
          "Moves everything in one transaction once the new backend is ready and its servers answer"
              + " the smoke requests; the old one stays as it is, so that abort goes back at once.")
  int blueGreen(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "FRONTEND") String frontend,
      @Option(names = "--to", required = true, paramLabel = "BACKEND") String to,
      @Option(
              names = "--smoke",
              paramLabel = "PATH",
              description = "every new server must answer it with 200 first; may be repeated")
          @Nullable List<String> smoke,
      @Option(
              names = "--keep",
              paramLabel = "SECONDS",
              defaultValue = "0",
              description = "watch it for so long, ready to go back (${DEFAULT-VALUE})")
          int keep,
      @Option(
              names = "--judge",
              defaultValue = "",
              paramLabel = "JUDGEMENT",
              description = "what must hold in that time")
          String judge,
      @Option(names = "--timeout", defaultValue = "60", paramLabel = "SECONDS") int timeout)
      throws IOException, InterruptedException {
    Draft draft = new Draft("blue-green", frontend, to, ALL, judge, 1, keep, timeout, paths(smoke));
    return start(options, output, draft);
  }

  @Command(
      name = "canary",
      mixinStandardHelpOptions = true,
      description = "Moves a share of the requests at a time, each share judged before the next.")
  int canary(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "FRONTEND") String frontend,
      @Option(names = "--to", required = true, paramLabel = "BACKEND") String to,
      @Option(
              names = "--steps",
              defaultValue = "1,5,25,50,100",
              paramLabel = "PERCENT,…",
              description = "(${DEFAULT-VALUE})")
          String steps,
      @Option(
              names = "--judge",
              defaultValue =
                  "ResponseCodeRatio(500, 600, 0, 600) < 0.01 && LatencyAtQuantileMS(99.0) < 2 *"
                      + " baseline",
              paramLabel = "JUDGEMENT",
              description = "what must hold in each step (${DEFAULT-VALUE})")
          String judge,
      @Option(
              names = "--min-requests",
              defaultValue = "100",
              paramLabel = "N",
              description = "answers of the new backend that a judgement takes (${DEFAULT-VALUE})")
          long minRequests,
      @Option(
              names = "--step-time",
              defaultValue = "10",
              paramLabel = "SECONDS",
              description = "how long a step lasts at least (${DEFAULT-VALUE})")
          int stepTime,
      @Option(
              names = "--timeout",
              defaultValue = "600",
              paramLabel = "SECONDS",
              description = "how long anything is waited for (${DEFAULT-VALUE})")
          int timeout,
      @Option(names = "--smoke", paramLabel = "PATH", description = "as for blue-green")
          @Nullable List<String> smoke)
      throws IOException, InterruptedException {
    Draft draft =
        new Draft(
            "canary", frontend, to, steps, judge, minRequests, stepTime, timeout, paths(smoke));
    return start(options, output, draft);
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Shows the newest rollout of each frontend.")
  int status(@Mixin StoreOptions options, @Mixin Output output)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      print(output, new RolloutStore(store).all().values());
      return 0;
    }
  }

  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description = "Shows all rollouts of a frontend and what happened in each.")
  int history(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String frontend)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      List<Rollout> history = new RolloutStore(store).history(frontend);
      print(output, history);
      if (!output.isJson()) {
        history.forEach(rollout -> rollout.timeline().forEach(event -> line(output, event)));
        output.out().flush();
      }
      return 0;
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Holds a rollout at its share.")
  int pause(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String frontend)
      throws IOException, InterruptedException {
    return ask(options, output, frontend, Rollout.Asked.PAUSE);
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Gives the new backend everything now.")
  int promote(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String frontend)
      throws IOException, InterruptedException {
    return ask(options, output, frontend, Rollout.Asked.PROMOTE);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Goes on with a rollout that was paused, or whose process has died.")
  int resume(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String frontend)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      if (new RolloutStore(store).isRun(frontend)) {
        return ask(options, output, frontend, Rollout.Asked.RESUME);
      }
      return run(store, output, frontend);
    }
  }

  @Command(
      name = "abort",
      mixinStandardHelpOptions = true,
      description = "Gives the old backend everything, in one transaction; also after the end.")
  int abort(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String frontend)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      if (new RolloutStore(store).isRun(frontend)) {
        return ask(options, output, frontend, Rollout.Asked.ABORT);
      }
      RolloutRun.takeBack(store, frontend, me(), output::note);
      return 0;
    } catch (RolloutStore.Taken taken) {
      output.note("sluice: " + taken.getMessage());
      return 1;
    }
  }

  /** A plan whose {@code from} is still to be looked up. */
  private record Draft(
      String style,
      String frontend,
      String to,
      String steps,
      String judge,
      long minRequests,
      int stepTime,
      int timeout,
      List<String> smoke) {}

  private static int start(StoreOptions options, Output output, Draft draft)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      TreeCheck check = TreeCheck.of(TreeChanges.values(store.read("")));
      Frontend frontend = check.config().frontends().get(draft.frontend());
      String fault = fault(check, frontend, draft);
      List<Integer> steps = new ArrayList<>();
      if (fault.isEmpty()) {
        for (String step : draft.steps().split(",", -1)) {
          steps.add(step.matches("[0-9]{1,3}") ? Integer.parseInt(step) : 0);
        }
      }
      Shift plan =
          new Shift(
              draft.style(),
              draft.frontend(),
              frontend == null ? "" : frontend.split().getFirst().backendId(),
              draft.to(),
              steps,
              draft.judge(),
              draft.minRequests(),
              draft.stepTime(),
              draft.timeout(),
              draft.smoke());
      fault = fault.isEmpty() ? plan.fault() : fault;
      if (!fault.isEmpty()) {
        output.note("sluice: " + fault);
        return 1;
      }
      new RolloutStore(store).create(Rollout.of(plan));
      return run(store, output, draft.frontend());
    } catch (RolloutStore.Taken taken) {
      output.note("sluice: " + taken.getMessage());
      return 1;
    }
  }

  private static String fault(TreeCheck check, @Nullable Frontend frontend, Draft draft) {
    if (frontend == null) {
      return "found no frontend \"" + draft.frontend() + "\"";
    }
    if (frontend.split().size() > 1) {
      return "found frontend "
          + draft.frontend()
          + " split over several backends, expected one backend";
    }
    if (!check.config().backends().containsKey(draft.to())) {
      return "found no backend \"" + draft.to() + "\"";
    }
    try {
      if (!draft.judge().isEmpty()) {
        Judgement.parse(draft.judge());
      }
    } catch (PredicateSyntaxException notOne) {
      return "--judge: found " + notOne.found() + ", expected " + notOne.expected();
    }
    return "";
  }

  static int run(EtcdStore store, Output output, String id)
      throws IOException, InterruptedException {
    try {
      Rollout ended = RolloutRun.run(store, id, me(), output::note);
      print(output, List.of(ended));
      return ended.phase() == Rollout.Phase.DONE ? 0 : 1;
    } catch (RolloutStore.Taken taken) {
      output.note("sluice: " + taken.getMessage());
      return 1;
    }
  }

  private static int ask(StoreOptions options, Output output, String id, Rollout.Asked wish)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      RolloutStore rollouts = new RolloutStore(store);
      if (!rollouts.isRun(id)) {
        output.note(
            "sluice: nobody runs a rollout of \"" + id + "\" (sluice rollout resume " + id + ")");
        return 1;
      }
      rollouts.ask(id, wish);
      return 0;
    } catch (EtcdStore.Conflict meanwhile) {
      output.note("sluice: " + meanwhile.getMessage() + "; try again");
      return 1;
    }
  }

  private static void print(Output output, Collection<Rollout> rollouts)
      throws JsonProcessingException {
    if (output.isJson()) {
      ArrayNode all = Output.JSON.createArrayNode();
      for (Rollout rollout : rollouts) {
        all.add(Output.JSON.readTree(rollout.toJson()));
      }
      output.json(all);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Rollout rollout : rollouts) {
      rows.add(
          List.of(
              rollout.id(),
              rollout.plan().style(),
              rollout.plan().what(),
              rollout.phase().name(),
              rollout.share() + " %",
              rollout.timeline().isEmpty() ? "" : rollout.timeline().getLast().what()));
    }
    output.rows(List.of("rollout", "style", "what", "phase", "step", "last"), rows);
  }

  private static void line(Output output, Rollout.Event event) {
    output.out().printf("%s  %3d %%  %s%n", event.at(), event.share(), event.what());
  }

  private static List<String> paths(@Nullable List<String> smoke) {
    return smoke == null ? List.of() : List.copyOf(smoke);
  }

  private static String me() {
    return "process " + ProcessHandle.current().pid() + " of " + System.getProperty("user.name");
  }
}
