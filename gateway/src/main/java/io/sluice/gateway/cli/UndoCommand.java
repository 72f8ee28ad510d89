package io.sluice.gateway.cli;

import io.sluice.gateway.fleet.History;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes changes of the tree back. */
@Command(
    name = "undo",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice undo -m 'it was a mistake'",
    description =
        "Takes the last change back that a command made, which may be an undo; or, with a revision,"
            + " makes the tree what it was then. What hangs on a lease stays as it is.")
public final class UndoCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "REVISION",
      description = "the tree is as it was at this revision, as sluice history shows them")
  private @Nullable Long revision;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Writing writing = new Writing();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      EtcdStore.Snapshot now = store.read("");
      if (revision != null) {
        return writing.write(
            store, now, output, new TreeMap<>(History.treeAt(store, now, revision)), true);
      }
      List<History.Entry> entries =
          History.of(now).stream().filter(entry -> !entry.at().isEmpty()).toList();
      if (entries.isEmpty()) {
        output.note("sluice: found no change that a command has made");
        return 1;
      }
      History.Entry last = entries.getFirst();
      if (!last.whole()) {
        output.note(
            "sluice: the last change was too large to be recorded whole, or had secrets in clear;"
                + " sluice undo "
                + (last.revision() - 1)
                + " brings back the tree before it");
        return 1;
      }
      TreeMap<String, @Nullable String> wanted = new TreeMap<>();
      for (History.KeyChange change : last.changes()) {
        EtcdStore.Stored stored = now.keys().get(change.key());
        String value = stored == null ? null : stored.value();
        if (!Objects.equals(value, change.after())) {
          output.note(
              "sluice: nothing was written: "
                  + change.key()
                  + " was changed since by others than commands; sluice history shows it");
          return 1;
        }
        wanted.put(change.key(), change.before());
      }
      return writing.write(store, now, output, wanted, false);
    }
  }
}
