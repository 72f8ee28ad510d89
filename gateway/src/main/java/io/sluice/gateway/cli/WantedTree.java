package io.sluice.gateway.cli;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the tree in etcd is to say: what folders say, or what it said at a revision. */
final class WantedTree {
  @Option(
      names = {"-f", "--file"},
      arity = "1..*",
      paramLabel = "DIR",
      description = "folders that mirror the key tree; of several, a later one wins")
  private List<Path> folders = new ArrayList<>();

  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "instead of folders, the whole tree as it was at this revision")
  private @Nullable Long revision;

  @Option(
      names = "--prune",
      description = "also remove what is not in the folders, but for servers under a lease")
  private boolean prune;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** Reads the folders, if it is them, before anything is asked of a store. */
  Map<String, @Nullable String> files(Output output) throws IOException {
    if (folders.isEmpty() == (revision == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "found "
              + (revision == null ? "neither --file nor --revision" : "both --file and --revision")
              + ", expected one of them");
    }
    if (revision != null) {
      return new TreeMap<>();
    }
    TreeFiles files = TreeFiles.read(folders);
    for (Problem problem : files.problems()) {
      output.note("warning: " + problem);
    }
    return new TreeMap<>(files.values());
  }

  /** The keys as they are to be, where the store is as it is now. */
  Map<String, @Nullable String> in(
      EtcdStore store, EtcdStore.Snapshot now, Map<String, @Nullable String> files)
      throws IOException, InterruptedException {
    return revision == null ? files : new TreeMap<>(History.treeAt(store, now, revision));
  }

  /** Whether all other keys go. */
  boolean prunes() {
    return prune || revision != null;
  }
}
