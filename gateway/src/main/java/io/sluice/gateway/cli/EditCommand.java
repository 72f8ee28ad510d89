package io.sluice.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sluice.gateway.config.OwnerOnly;
import io.sluice.gateway.config.Secrets;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Changes one object in an editor. */
@Command(
    name = "edit",
    mixinStandardHelpOptions = true,
    footer = "%nExample: EDITOR=nano sluice edit frontend web",
    description =
        "Opens one object of the tree in $VISUAL or $EDITOR and writes what was made of it, unless"
            + " somebody else has changed it meanwhile. Nothing is written where nothing differs.")
public final class EditCommand implements Callable<Integer> {
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
      EtcdStore.Snapshot now = store.read("");
      String key = kind.isId(id) ? kind.key(id) : "";
      EtcdStore.Stored stored = now.keys().get(key);
      if (stored == null || kind == Kind.GATEWAY || kind == Kind.ROLLOUT) {
        output.note("sluice: found no " + kind + " \"" + id + "\" that operators write");
        return 1;
      }
      if (!Secrets.hidden(key, stored.value()).equals(compact(stored.value()))) {
        output.note("sluice: it has a secret, which an editor would show; upsert writes it anew");
        return 1;
      }
      String edited = edit(pretty(stored.value()));
      if (edited == null) {
        output.note("sluice: nothing was written: the editor ended with an error");
        return 1;
      }
      Map<String, @Nullable String> wanted = new TreeMap<>();
      wanted.put(key, edited);
      return writing.write(store, now, output, wanted, false);
    }
  }

  private static String compact(String value) {
    try {
      return Output.JSON.readTree(value).toString();
    } catch (JsonProcessingException notJson) {
      return value;
    }
  }

  private static String pretty(String value) {
    try {
      return Output.JSON.writeValueAsString(Output.JSON.readTree(value)) + "\n";
    } catch (JsonProcessingException notJson) {
      return value;
    }
  }

  /** What a person makes of a text; null when the editor says that he gave up. */
  private static @Nullable String edit(String text) throws IOException, InterruptedException {
    Path file = Files.createTempFile("sluice", ".json", OwnerOnly.FILE);
    try {
      Files.writeString(file, text);
      String editor = System.getenv().getOrDefault("EDITOR", "vi");
      editor = System.getenv().getOrDefault("VISUAL", editor);
      Process process =
          new ProcessBuilder("sh", "-c", editor + " \"$0\"", file.toString()).inheritIO().start();
      return process.waitFor() == 0 ? Files.readString(file) : null;
    } finally {
      Files.delete(file);
    }
  }
}
