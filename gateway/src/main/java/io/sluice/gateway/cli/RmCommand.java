package io.sluice.gateway.cli;

import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes one object and what belongs to it. */
@Command(
    name = "rm",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice rm frontend web",
    description =
        "Removes one object: a frontend with its middlewares, a backend with its servers.")
public final class RmCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
  private Kind kind = Kind.FRONTEND;

  @Parameters(
      index = "1",
      paramLabel = "ID",
      description = "backend/server for a server, frontend/middleware for a middleware")
  private String id = "";

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Writing writing = new Writing();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      TreeMap<String, @Nullable String> gone = new TreeMap<>();
      boolean written = kind != Kind.GATEWAY && kind != Kind.ROLLOUT && kind.isId(id);
      if (written && store.find(kind.key(id)) != null) {
        gone.put(kind.key(id), null);
        if (kind == Kind.FRONTEND || kind == Kind.BACKEND) {
          String folder = kind.key(id).replaceFirst("[^/]+$", "");
          store.read(folder).keys().keySet().forEach(key -> gone.put(key, null));
        }
      }
      if (gone.isEmpty()) {
        output.note("sluice: found no " + kind + " \"" + id + "\"");
        return 1;
      }
      return writing.write(store, output, gone, false);
    }
  }
}
