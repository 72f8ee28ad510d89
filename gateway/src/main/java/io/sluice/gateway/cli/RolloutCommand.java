package io.sluice.gateway.cli;

import io.sluice.gateway.rollout.Rolling;
import io.sluice.gateway.rollout.Rollout;
import io.sluice.gateway.rollout.RolloutRun;
import io.sluice.gateway.rollout.RolloutStore;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rollouts: what starts them, what looks at them, and what an operator asks of them. */
@Command(
    name = "rollout",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice rollout status",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {BlueGreenCommand.class, CanaryCommand.class, RollingCommand.class},
    description =
        "Moves a frontend's requests to another backend: all at once or by steps, judged over all"
            + " gateways, and taken back by itself when it does badly. Or replaces a backend's"
            + " servers.")
public final class RolloutCommand {
  private static final String ID = "a frontend's id, or backend.ID of a rolling one";

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Shows the newest rollout of each frontend, or of one.")
  int status(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", arity = "0..1", description = ID) @Nullable String id)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      Collection<Rollout> all = new RolloutStore(store).all().values();
      List<Rollout> wanted =
          all.stream().filter(each -> id == null || each.plan().id().equals(id)).toList();
      if (id != null && wanted.isEmpty()) {
        output.note("sluice: found no rollout of \"" + id + "\"");
        return 1;
      }
      RolloutTable.print(output, wanted);
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
      @Parameters(paramLabel = "ID", description = ID) String id)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      List<Rollout> history = new RolloutStore(store).history(id);
      if (history.isEmpty()) {
        output.note("sluice: found no rollout of \"" + id + "\"");
        return 1;
      }
      RolloutTable.print(output, history);
      if (!output.isJson()) {
        history.forEach(rollout -> RolloutTable.timeline(output, rollout));
      }
      return 0;
    }
  }

  @Command(
      name = "report",
      mixinStandardHelpOptions = true,
      description = "Writes the newest rollout as ID.json and as a page with a plot, ID.html.")
  int report(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String id,
      @Option(
              names = "--to",
              paramLabel = "DIR",
              defaultValue = ".",
              description = "the folder (${DEFAULT-VALUE})")
          Path folder)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      RolloutStore.Read read = new RolloutStore(store).find(id);
      if (read == null) {
        output.note("sluice: found no rollout of \"" + id + "\"");
        return 1;
      }
      RolloutTable.report(output, read.rollout(), folder);
      if (output.isJson()) {
        RolloutTable.print(output, List.of(read.rollout()));
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
      @Parameters(paramLabel = "ID", description = ID) String id)
      throws IOException, InterruptedException {
    return ask(options, output, id, Rollout.Asked.PAUSE);
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Gives the new backend everything now.")
  int promote(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String id)
      throws IOException, InterruptedException {
    if (id.startsWith(Rolling.ID_PREFIX)) {
      output.note("sluice: found a rolling rollout, expected one with shares to promote");
      return 1;
    }
    return ask(options, output, id, Rollout.Asked.PROMOTE);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Goes on with a rollout that was paused, or whose process has died.")
  int resume(
      @Mixin RolloutRunner runner, @Parameters(paramLabel = "ID", description = ID) String id)
      throws IOException, InterruptedException {
    try (EtcdStore store = runner.open()) {
      return new RolloutStore(store).isRun(id)
          ? ask(store, runner.output(), id, Rollout.Asked.RESUME)
          : runner.run(store, id);
    }
  }

  @Command(
      name = "abort",
      mixinStandardHelpOptions = true,
      description =
          "Returns all traffic to the old backend, in one transaction; also after the end.")
  int abort(
      @Mixin StoreOptions options,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = ID) String id)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      if (new RolloutStore(store).isRun(id)) {
        return ask(store, output, id, Rollout.Asked.ABORT);
      }
      Rollout ended = RolloutRun.takeBack(store, id, RolloutRunner.me(), output::note);
      RolloutTable.print(output, List.of(ended));
      return 0;
    } catch (RolloutStore.Taken taken) {
      output.note("sluice: " + taken.getMessage());
      return 1;
    }
  }

  private static int ask(StoreOptions options, Output output, String id, Rollout.Asked wish)
      throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      return ask(store, output, id, wish);
    }
  }

  private static int ask(EtcdStore store, Output output, String id, Rollout.Asked wish)
      throws IOException, InterruptedException {
    RolloutStore rollouts = new RolloutStore(store);
    if (!rollouts.isRun(id)) {
      output.note(
          "sluice: nobody runs a rollout of \"" + id + "\" (sluice rollout resume " + id + ")");
      return 1;
    }
    rollouts.ask(id, wish);
    if (output.isJson()) {
      output.json(Output.JSON.createObjectNode().put("id", id).put("asked", wish.name()));
    }
    return 0;
  }
}
