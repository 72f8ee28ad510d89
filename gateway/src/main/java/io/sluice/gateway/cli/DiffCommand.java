package io.sluice.gateway.cli;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Secrets;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what apply would do. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice diff -f config/routes",
    description =
        "Shows what apply would change and what would be wrong then, without touching anything.")
public final class DiffCommand implements Callable<Integer> {
  @Mixin private WantedTree tree = new WantedTree();
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private SealOption seals = new SealOption();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, @Nullable String> files = tree.files(output);
    try (EtcdStore store = options.open()) {
      EtcdStore.Snapshot now = store.read("");
      TreeChanges changes = TreeChanges.of(now, tree.in(store, now, files), tree.prunes());
      print(output, changes.list());
      TreeCheck before = TreeCheck.of(TreeChanges.values(now), seals.keys());
      TreeCheck after = TreeCheck.of(changes.after(), seals.keys());
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
