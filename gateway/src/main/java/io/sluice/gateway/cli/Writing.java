package io.sluice.gateway.cli;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.HostName;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.LastHealthy;
import io.sluice.gateway.fleet.Sealing;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.fleet.TreeCommit;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands that change the tree do: check, commit, wait for the fleet. */
final class Writing {
  @Option(
      names = "--wait",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "true",
      paramLabel = "true|false",
      description = "wait until every gateway alive serves the change (${DEFAULT-VALUE})")
  private boolean wait = true;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "how long to wait (${DEFAULT-VALUE})")
  private int timeout = 30;

  @Option(
      names = "--force",
      description =
          "write although gateways will refuse a part of it, or drain although no server is left")
  private boolean force;

  @Option(
      names = "--seen",
      paramLabel = "REVISION",
      defaultValue = "0",
      description =
          "the revision that export or diff has named: nothing is written where somebody else has"
              + " changed a key since")
  private long seen;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "why, for sluice history")
  private String message = "";

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "who makes the change, for sluice history (the user and the machine)")
  private @Nullable String author;

  @Mixin private SealOption seals = new SealOption();

  /** The keys that it was given. */
  SealKeys sealKeys() {
    return seals.keys();
  }

  History.Note note() {
    return new History.Note(author == null ? whoIsHere() : author, message);
  }

  private static String whoIsHere() {
    return System.getProperty("user.name", "somebody") + "@" + HostName.get();
  }

  Duration timeout() {
    return Duration.ofSeconds(timeout);
  }

  /**
   * Changes the tree.
   *
   * @param wanted keys as they are to be; null removes one
   * @return the command's exit status
   */
  int write(EtcdStore store, Output output, Map<String, @Nullable String> wanted, boolean prune)
      throws IOException, InterruptedException {
    return write(store, store.read(""), output, wanted, prune);
  }

  /** The same where the store has been read already. */
  int write(
      EtcdStore store,
      EtcdStore.Snapshot now,
      Output output,
      Map<String, @Nullable String> wanted,
      boolean prune)
      throws IOException, InterruptedException {
    return write(store, now, output, wanted, prune, true);
  }

  /** The same for records that people wrote: their secrets are sealed if there is a key. */
  int writeSealed(
      EtcdStore store,
      EtcdStore.Snapshot now,
      Output output,
      Map<String, @Nullable String> wanted,
      boolean prune)
      throws IOException, InterruptedException {
    return write(store, now, output, new Sealing(seals.keys()).toWrite(now, wanted), prune);
  }

  /** The same for keys alone, and not at all where no server that answers would be left. */
  int writeKeepingAServer(EtcdStore store, Output output, Map<String, @Nullable String> wanted)
      throws IOException, InterruptedException {
    return write(store, store.read(""), output, wanted, false, force);
  }

  private int write(
      EtcdStore store,
      EtcdStore.Snapshot now,
      Output output,
      Map<String, @Nullable String> wanted,
      boolean prune,
      boolean mayLose)
      throws IOException, InterruptedException {
    TreeChanges changes = TreeChanges.of(now, wanted, prune);
    if (changes.list().isEmpty()) {
      DiffCommand.print(output, changes.list());
      output.note("nothing to change; the store is at revision " + now.revision());
      return 0;
    }
    TreeCheck before = TreeCheck.of(TreeChanges.values(now), seals.keys());
    TreeCheck after = TreeCheck.of(changes.after(), seals.keys());
    List<Problem> errors = after.errorsBeyond(before);
    errors.forEach(problem -> output.note("error: " + problem));
    Fleet fleet = new Fleet(store);
    news(before, after).forEach(problem -> output.note("warning: " + problem));
    List<Problem> losses = losses(fleet, before, after);
    losses.forEach(problem -> output.note((mayLose ? "warning: " : "error: ") + problem));
    if (!mayLose && !losses.isEmpty()) {
      output.note(
          "sluice: nothing was written: found the last server, expected one that is left (--force"
              + " drains it all the same)");
      return 1;
    }
    if (!errors.isEmpty() && !force) {
      output.note(
          "sluice: nothing was written: found "
              + errors.size()
              + " new errors, expected none (--force writes anyway)");
      return 1;
    }
    List<String> stale = staleKeys(store, changes.list());
    if (!stale.isEmpty()) {
      output.note(
          "sluice: nothing was written: changed by somebody else since revision "
              + seen
              + ": "
              + String.join(", ", stale)
              + "; look at it (sluice diff)");
      return 1;
    }
    Map<String, GatewayStatus> alive = fleet.gateways();
    long revision;
    try {
      revision = TreeCommit.commit(store, now, changes.list(), note());
    } catch (EtcdStore.Conflict conflict) {
      output.note("sluice: " + conflict.getMessage() + "; look at it (sluice diff) and try again");
      return 1;
    }
    DiffCommand.print(output, changes.list());
    output.note(changes.list().size() + " keys changed at revision " + revision);
    return wait ? await(fleet, output, alive.keySet(), revision, changes.list()) : 0;
  }

  private List<String> staleKeys(EtcdStore store, List<TreeChange> changes)
      throws IOException, InterruptedException {
    List<String> stale = new ArrayList<>();
    for (TreeChange change : changes) {
      boolean removed = seen > 0 && change.seen() == 0 && store.existedAt(change.key(), seen);
      if (removed || (seen > 0 && change.seen() > seen)) {
        stale.add(change.key());
      }
    }
    return stale;
  }

  private int await(
      Fleet fleet, Output output, Set<String> before, long revision, List<TreeChange> changes)
      throws IOException, InterruptedException {
    if (before.isEmpty()) {
      output.note("no gateway is alive; the first that starts will serve it");
      return 0;
    }
    List<String> behind = fleet.await(revision, timeout());
    if (behind.isEmpty() && !force) {
      behind = fleet.refusals(changes.stream().map(TreeChange::key).toList());
    }
    if (behind.isEmpty()) {
      Set<String> alive = fleet.gateways().keySet();
      before.stream()
          .filter(gateway -> !alive.contains(gateway))
          .forEach(
              gateway ->
                  output.note(
                      "sluice: gateway "
                          + gateway
                          + " is no longer of the fleet: it has ended, or is cut off from the store"
                          + " and serves what it had"));
      output.note(alive.size() + (alive.size() == 1 ? " gateway serves it" : " gateways serve it"));
      return 0;
    }
    behind.forEach(line -> output.note("sluice: " + line));
    return 1;
  }

  /** What an operator should know of a change, that was not so before it. */
  static List<Problem> warnings(Fleet fleet, TreeCheck before, TreeCheck after)
      throws IOException, InterruptedException {
    List<Problem> warnings = news(before, after);
    warnings.addAll(losses(fleet, before, after));
    return warnings;
  }

  private static List<Problem> news(TreeCheck before, TreeCheck after) {
    List<Problem> warnings = new ArrayList<>();
    after.problems().stream()
        .filter(problem -> problem.level() == Problem.Level.WARNING)
        .filter(problem -> !before.problems().contains(problem))
        .forEach(warnings::add);
    after.advice().stream()
        .filter(problem -> !before.advice().contains(problem))
        .forEach(warnings::add);
    return warnings;
  }

  /** What would be left without a server that answers. */
  private static List<Problem> losses(Fleet fleet, TreeCheck before, TreeCheck after)
      throws IOException, InterruptedException {
    List<Problem> losses = new ArrayList<>(after.lostSince(before));
    losses.addAll(LastHealthy.lost(fleet, before.config(), after.config()));
    return losses;
  }
}
