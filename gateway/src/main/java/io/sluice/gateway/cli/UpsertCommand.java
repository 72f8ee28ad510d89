package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
    footer = "%nExample: sluice upsert server web/a '{\"URL\":\"http://10.0.0.7:9000\"}'",
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

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "for a host: the certificate chain, PEM, instead of a record")
  private @Nullable Path cert;

  @Option(names = "--key", paramLabel = "FILE", description = "its private key, PEM")
  private @Nullable Path key;

  @Option(
      names = "--default",
      description = "with --cert: it answers for names that no other host has")
  private boolean isDefault;

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
      return writing.writeSealed(store, store.read(""), output, wanted, false);
    }
  }

  /** The record of a host with the key pair of these files. */
  private String host() throws IOException {
    if (kind != Kind.HOST || cert == null || key == null || json != null || file != null) {
      throw new ParameterException(
          spec.commandLine(),
          "found --cert, --key or --default, expected upsert host NAME --cert FILE --key FILE"
              + " without a record");
    }
    ObjectNode record = Output.JSON.createObjectNode();
    ObjectNode settings = record.putObject("Settings");
    if (isDefault) {
      settings.put("Default", true);
    }
    settings.putObject("KeyPair").put("Cert", text("--cert", cert)).put("Key", text("--key", key));
    return record.toString();
  }

  private String text(String option, Path from) throws IOException {
    if (!Files.isReadable(from)) {
      throw new ParameterException(
          spec.commandLine(), option + ": found no file " + from + " that may be read");
    }
    return Files.readString(from);
  }

  private String record() throws IOException {
    if (cert != null || key != null || isDefault) {
      return host();
    }
    if (json != null) {
      return json;
    }
    return file == null
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : Files.readString(file);
  }
}
