package io.sluice.gtin;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.CatalogueAddress;
import io.sluice.gtin.catalog.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      names = "--for-spreadsheets",
      description =
          "CSV for people: an apostrophe stands before what a spreadsheet would take for a formula;"
              + " import is to read the other kind")
  private boolean forSpreadsheets;

  @Mixin private CatalogueOptions catalogue = new CatalogueOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try {
      CatalogueAddress address = catalogue.address();
      if (!address.isShared() && !Files.isRegularFile(Path.of(address.place()))) {
        throw new IOException("--catalogue: found no file " + address + "; nothing was written");
      }
      try (Catalogue opened = Catalogue.open(address, null)) {
        long items = Export.of(opened, file, forSpreadsheets);
        spec.commandLine().getOut().println(items + " items are in " + file);
        spec.commandLine().getOut().flush();
        return 0;
      }
    } catch (IOException failed) {
      spec.commandLine().getErr().println("gtin-service: " + failed.getMessage());
      return 1;
    }
  }
}
