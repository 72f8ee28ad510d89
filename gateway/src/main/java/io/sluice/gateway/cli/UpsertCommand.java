package io.sluice.gateway.cli;

import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes one object. */
@Command(
    name = "upsert",
    mixinStandardHelpOptions = true,
    description = "Writes one object of the tree, new or not, and waits until it is served.")
public final class UpsertCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
  private Kind kind = Kind.FRONTEND;

  @Parameters(
      index = "1",
      paramLabel = "ID",
      description = "backend/server for a server, frontend/middleware for a middleware")
  private String id = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "JSON",
      description = "the record; without it, --file or the standard input is read")
  private @Nullable String json;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "the record")
  private @Nullable Path file;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Writing writing = new Writing();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (kind == Kind.GATEWAY || kind == Kind.ROLLOUT || !kind.isId(id)) {
      throw new ParameterException(
          spec.commandLine(),
          "found "
              + kind
              + " \""
              + id
              + "\", expected an object that operators write, by "
              + kind.idShape());
    }
    TreeMap<String, @Nullable String> wanted = new TreeMap<>();
    wanted.put(kind.key(id), record());
    try (EtcdStore store = options.open()) {
      return writing.write(store, output, wanted, false);
    }
  }

  private String record() throws IOException {
    if (json != null) {
      return json;
    }
    return file == null
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : Files.readString(file);
  }
}
