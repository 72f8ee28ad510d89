package io.sluice.gtin;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a catalogue into a file. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Writes all items of a catalogue, as they are at one moment, into a file that import"
            + " reads.")
final class ExportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      description = "JSON Lines where it ends in .jsonl or .ndjson, else CSV")
  private Path file = Path.of("");

  @Option(
      names = "--catalogue",
      paramLabel = "FILE.db|URL",
      defaultValue = "catalogue.db",
      description = "SQLite file, or jdbc:postgresql://… (${DEFAULT-VALUE})")
  private String catalogue = "catalogue.db";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (!catalogue.startsWith("jdbc:") && !Files.isRegularFile(Path.of(catalogue))) {
      spec.commandLine()
          .getErr()
          .println(
              "gtin-service: --catalogue: found no file " + catalogue + "; nothing was written");
      return 1;
    }
    try (Catalogue opened = Catalogue.open(catalogue, null)) {
      long items = Export.of(opened, file);
      spec.commandLine().getOut().println(items + " items are in " + file);
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException failed) {
      spec.commandLine().getErr().println("gtin-service: " + failed.getMessage());
      return 1;
    }
  }
}
