package io.sluice.gateway.cli;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Secrets;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what apply would do. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description =
        "Shows what apply would change and what would be wrong then, without touching anything.")
public final class DiffCommand implements Callable<Integer> {
  @Option(
      names = {"-f", "--file"},
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "folders that mirror the key tree; of several, a later one wins")
  private List<Path> folders = new ArrayList<>();

  @Option(names = "--prune", description = "as apply --prune would")
  private boolean prune;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    TreeFiles files = TreeFiles.read(folders);
    try (EtcdStore store = options.open()) {
      EtcdStore.Snapshot now = store.read("");
      TreeChanges changes = TreeChanges.of(now, new TreeMap<>(files.values()), prune);
      print(output, changes.list());
      TreeCheck before = TreeCheck.of(TreeChanges.values(now));
      TreeCheck after = TreeCheck.of(changes.after());
      List<Problem> errors = after.errorsBeyond(before);
      errors.forEach(problem -> output.note("error: " + problem));
      Writing.warnings(new Fleet(store), before, after)
          .forEach(problem -> output.note("warning: " + problem));
      output.note(changes.list().size() + " keys differ from revision " + now.revision());
      return errors.isEmpty() ? 0 : 1;
    }
  }

  static void print(Output output, List<TreeChange> changes) {
    List<List<String>> rows = new ArrayList<>();
    for (TreeChange change : changes) {
      String before = change.before();
      String after = change.after();
      String what = before == null ? "add" : after == null ? "remove" : "change";
      rows.add(
          List.of(what, change.key(), shown(change.key(), before), shown(change.key(), after)));
    }
    if (output.isJson()) {
      output.rows(List.of("change", "key", "before", "after"), rows);
      return;
    }
    for (List<String> row : rows) {
      output.out().println(row.get(0) + " " + row.get(1));
      row.get(2).lines().forEach(line -> output.out().println("  - " + line));
      row.get(3).lines().forEach(line -> output.out().println("  + " + line));
    }
    output.out().flush();
  }

  private static String shown(String key, @Nullable String value) {
    return value == null ? "" : Secrets.hidden(key, value);
  }
}
