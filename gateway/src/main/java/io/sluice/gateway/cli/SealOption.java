package io.sluice.gateway.cli;

import io.sluice.gateway.config.SealKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The keys that secrets in the store are sealed under. */
public final class SealOption {
  @Option(
      names = "--seal-key",
      paramLabel = "FILE",
      description =
          "lines of ID HEX, the keys of sealed secrets: the first seals, all open (sluice secret"
              + " new-key makes one)")
  private @Nullable Path file;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** The file; null where none was given. */
  public @Nullable Path file() {
    if (file != null && !Files.isReadable(file)) {
      throw new ParameterException(
          spec.commandLine(), "--seal-key: found no file " + file + " that may be read");
    }
    return file;
  }

  /** The keys in it. */
  SealKeys keys() {
    Path given = file();
    try {
      return given == null ? SealKeys.none() : SealKeys.read(given);
    } catch (IOException unusable) {
      throw new ParameterException(spec.commandLine(), "--seal-key: " + unusable.getMessage());
    }
  }
}
