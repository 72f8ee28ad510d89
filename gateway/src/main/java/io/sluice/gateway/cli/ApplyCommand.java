package io.sluice.gateway.cli;

import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes the tree in etcd say what folders say. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice apply -f config/routes -m 'the routes of the morning'",
    description =
        "Puts folders of routes into etcd in one transaction, unless somebody else changed the same"
            + " keys meanwhile, and waits until every gateway serves them.")
public final class ApplyCommand implements Callable<Integer> {
  @Mixin private WantedTree tree = new WantedTree();
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Writing writing = new Writing();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, @Nullable String> files = tree.files(output);
    try (EtcdStore store = options.open()) {
      EtcdStore.Snapshot now = store.read("");
      return writing.writeSealed(store, now, output, tree.in(store, now, files), tree.prunes());
    }
  }
}
