package io.sluice.gtin;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.CatalogueAddress;
import io.sluice.gtin.catalog.Export;
import java.io.IOException;
import java.io.PrintWriter;
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
      description =
          "JSON Lines where it ends in .jsonl or .ndjson, else CSV; a pipe or a device is written"
              + " to, a link followed, - is the standard output")
  private Path file = Path.of("");

  @Option(
      names = "--for-spreadsheets",
      description =
          "CSV for people: an apostrophe stands before what a spreadsheet would take for a formula;"
              + " import is to read the other kind")
  private boolean forSpreadsheets;

  @Option(names = "--json-lines", description = "JSON Lines, whatever the file is called")
  private boolean jsonLines;

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
        PrintWriter out = spec.commandLine().getOut();
        Export.Format format =
            forSpreadsheets
                ? Export.Format.SPREADSHEET
                : jsonLines ? Export.Format.JSON_LINES : Export.Format.of(file);
        if (file.toString().equals("-")) {
          Export.of(opened, out, format);
          if (out.checkError()) {
            throw new IOException("the standard output could not be written to its end");
          }
          return 0;
        }
        if (address.isAt(file)) {
          throw new IOException(
              "found the catalogue itself as " + file + ", expected another file");
        }
        long items = Export.of(opened, file, format);
        out.println(items + " items are in " + file);
        out.flush();
        return 0;
      }
    } catch (IOException failed) {
      spec.commandLine().getErr().println("gtin-service: " + failed.getMessage());
      return 1;
    }
  }
}
