package io.sluice.gateway.cli;

import io.sluice.gateway.config.OwnerOnly;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.Sealing;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keeps the secrets in the store sealed. */
@Command(
    name = "secret",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice secret new-key /etc/sluice/seal.key",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SecretCommand.NewKey.class,
      SecretCommand.Seal.class,
      SecretCommand.Unseal.class,
      SecretCommand.Rotate.class
    },
    description =
        "Seals private keys in the store, so that who reads etcd or a backup of it does not know"
            + " them. What etcd has kept of them before is gone with its next compaction.")
public final class SecretCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "found no command, expected new-key, seal, unseal or rotate");
  }

  /** Makes a key. */
  @Command(
      name = "new-key",
      mixinStandardHelpOptions = true,
      footer = "%nExample: sluice secret new-key /etc/sluice/seal.key",
      description =
          "Puts a new key in front of those in a file, which is made where there is none. Give it"
              + " to every gateway before anything is sealed under it.")
  static final class NewKey implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "for --seal-key; readable by its owner alone")
    private Path file = Path.of("seal.key");

    @Mixin private Output output = new Output();

    @Override
    public Integer call() throws IOException {
      String today = LocalDate.now(ZoneOffset.UTC).toString();
      String id = today;
      String others = "";
      int more = 1;
      if (Files.exists(file)) {
        SealKeys known = SealKeys.read(file);
        while (known.has(id)) {
          id = today + "-" + ++more;
        }
        others = Files.readString(file);
      }
      Path folder = file.toAbsolutePath().getParent();
      Path fresh = Files.createTempFile(folder, ".seal", "", OwnerOnly.FILE);
      Files.writeString(fresh, SealKeys.newLine(id) + others);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      output.note("the key " + id + " is the first in " + file);
      return 0;
    }
  }

  /** What the three have in common. */
  abstract static class OfStore implements Callable<Integer> {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "KIND",
        description = "host or backend; else all that have secrets")
    private @Nullable Kind kind;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "its id")
    private @Nullable String id;

    @Mixin private StoreOptions options = new StoreOptions();
    @Mixin private Writing writing = new Writing();
    @Mixin private Output output = new Output();
    @Spec private CommandSpec spec = CommandSpec.create();

    /** What becomes of one record. */
    abstract String change(Sealing sealing, String key, String value)
        throws SealKeys.SealedException;

    @Override
    public Integer call() throws IOException, InterruptedException {
      String only = key();
      SealKeys keys = writing.sealKeys();
      if (!keys.canSeal()) {
        throw new ParameterException(spec.commandLine(), "found no --seal-key FILE, expected one");
      }
      Sealing sealing = new Sealing(keys);
      try (EtcdStore store = options.open()) {
        EtcdStore.Snapshot now = store.read("");
        Map<String, @Nullable String> wanted = new TreeMap<>();
        for (Map.Entry<String, EtcdStore.Stored> each : now.keys().entrySet()) {
          if (only.isEmpty() || each.getKey().equals(only)) {
            String value = each.getValue().value();
            try {
              wanted.put(each.getKey(), change(sealing, each.getKey(), value));
            } catch (SealKeys.SealedException sealed) {
              output.note(
                  "sluice: nothing was written: " + each.getKey() + ": " + sealed.getMessage());
              return 1;
            }
          }
        }
        if (!only.isEmpty() && wanted.isEmpty()) {
          output.note("sluice: found no " + kind + " \"" + id + "\"");
          return 1;
        }
        return writing.write(store, now, output, wanted, false);
      }
    }

    private String key() {
      if (kind == null) {
        return "";
      }
      if ((kind != Kind.HOST && kind != Kind.BACKEND) || id == null || !kind.isId(id)) {
        throw new ParameterException(
            spec.commandLine(), "found " + kind + " " + id + ", expected host ID or backend ID");
      }
      return kind.key(id);
    }
  }

  /** Seals. */
  @Command(
      name = "seal",
      mixinStandardHelpOptions = true,
      footer = "%nExample: sluice secret seal --seal-key /etc/sluice/seal.key",
      description = "Seals what is in clear, under the first key.")
  static final class Seal extends OfStore {
    @Override
    String change(Sealing sealing, String key, String value) {
      return sealing.seal(key, value);
    }
  }

  /** Opens. */
  @Command(
      name = "unseal",
      mixinStandardHelpOptions = true,
      footer = "%nExample: sluice secret unseal host shop.example --seal-key /etc/sluice/seal.key",
      description = "Puts what is sealed into the store in clear.")
  static final class Unseal extends OfStore {
    @Override
    String change(Sealing sealing, String key, String value) throws SealKeys.SealedException {
      return sealing.open(key, value);
    }
  }

  /** Seals anew. */
  @Command(
      name = "rotate",
      mixinStandardHelpOptions = true,
      footer = "%nExample: sluice secret rotate --seal-key /etc/sluice/seal.key",
      description = "Seals everything anew that is not sealed under the first key.")
  static final class Rotate extends OfStore {
    @Override
    String change(Sealing sealing, String key, String value) throws SealKeys.SealedException {
      return sealing.rotate(key, value);
    }
  }
}
