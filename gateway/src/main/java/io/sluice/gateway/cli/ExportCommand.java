package io.sluice.gateway.cli;

import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the tree in etcd as files that apply reads. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice export routes",
    description = "Writes the tree in etcd into a folder, as apply reads it.")
public final class ExportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "a folder, made if it is not there")
  private Path folder = Path.of(".");

  @Option(
      names = "--leased",
      description = "also what hangs on a lease, which living services have put there themselves")
  private boolean leased;

  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "the tree as it was then, as sluice history shows revisions")
  private @Nullable Long revision;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      EtcdStore.Snapshot now = store.read("");
      SortedMap<String, String> values =
          revision == null ? values(now) : History.treeAt(store, now, revision);
      long of = revision == null ? now.revision() : revision;
      TreeFiles.write(folder, values);
      if (output.isJson()) {
        output.json(
            Output.JSON
                .createObjectNode()
                .put("revision", of)
                .put("keys", values.size())
                .put("folder", folder.toString()));
      }
      output.note(values.size() + " keys of revision " + of + " are in " + folder);
      return 0;
    }
  }

  private SortedMap<String, String> values(EtcdStore.Snapshot now) {
    SortedMap<String, String> values = new TreeMap<>();
    now.keys()
        .forEach(
            (key, stored) -> {
              if ((leased || stored.lease() == 0) && !KeyTree.isOurOwn(key)) {
                values.put(key, stored.value());
              }
            });
    return values;
  }
}
