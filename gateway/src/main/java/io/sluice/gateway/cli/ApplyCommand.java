package io.sluice.gateway.cli;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the tree in etcd say what folders say. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description =
        "Puts folders of routes into etcd in one transaction, unless somebody else changed the same"
            + " keys meanwhile, and waits until every gateway serves them.")
public final class ApplyCommand implements Callable<Integer> {
  @Option(
      names = {"-f", "--file"},
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "folders that mirror the key tree; of several, a later one wins")
  private List<Path> folders = new ArrayList<>();

  @Option(
      names = "--prune",
      description = "also remove what is not in the folders, but for servers under a lease")
  private boolean prune;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Writing writing = new Writing();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    TreeFiles files = TreeFiles.read(folders);
    for (Problem problem : files.problems()) {
      output.note("warning: " + problem);
    }
    try (EtcdStore store = options.open()) {
      return writing.write(store, output, new TreeMap<>(files.values()), prune);
    }
  }
}
