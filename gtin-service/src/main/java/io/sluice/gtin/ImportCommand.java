package io.sluice.gtin;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a file's items into a catalogue, all or none of them. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Brings the items of a CSV or JSON Lines file into a catalogue, all at once; a service that"
            + " serves it has them within a second. Exits with 1 when nothing was changed.")
final class ImportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      description =
          "JSON Lines where it ends in .jsonl or .ndjson, else CSV with a header, separated by"
              + " commas, semicolons or tabs")
  private Path file = Path.of("");

  @Mixin private CatalogueOptions catalogue = new CatalogueOptions();

  @Option(
      names = "--column",
      paramLabel = "gtin|name|brand|category=NAME",
      description =
          "the file's own name for a column, such as gtin=Artikelnummer; the usual ones are known")
  private Map<String, String> columns = new LinkedHashMap<>();

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description = "CSV with a line for each row that is no item: line, code, detail, the row")
  private @Nullable Path rejects;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      defaultValue = "UTF-8",
      description = "the file's encoding, such as windows-1252 (${DEFAULT-VALUE})")
  private Charset encoding = StandardCharsets.UTF_8;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Path rejected = rejects;
    if (!Files.isReadable(file)) {
      err.println("gtin-service: found no readable file " + file + "; nothing was changed");
      return 1;
    }
    if (rejected != null
        && rejected.toAbsolutePath().normalize().equals(file.toAbsolutePath().normalize())) {
      err.println("gtin-service: --rejects: found the file that is imported, expected another");
      return 2;
    }
    Set<String> unknown = new LinkedHashSet<>(columns.keySet());
    unknown.removeAll(Import.COLUMNS);
    if (!unknown.isEmpty()) {
      err.println("gtin-service: --column: found " + unknown + ", expected " + Import.COLUMNS);
      return 2;
    }
    try (Writer writer = rejected == null ? null : Files.newBufferedWriter(rejected);
        Catalogue opened = Catalogue.open(catalogue.address(), null)) {
      long began = System.nanoTime();
      Progress progress = new Progress(err, Files.size(file), began);
      Import.Result result =
          new Import(file, encoding, columns, writer, progress::tell).into(opened);
      progress.end();
      spec.commandLine()
          .getOut()
          .printf(
              "%d rows: %d taken, %d duplicates, %d replaced by later rows, %d rejected; %d items"
                  + " are new; %.0f rows a second%n",
              result.rows(),
              result.taken(),
              result.duplicates(),
              result.replaced(),
              result.rejected(),
              result.added(),
              result.rows() / ((System.nanoTime() - began) / 1e9));
      spec.commandLine().getOut().flush();
      if (result.taken() == 0 && result.rows() > 0) {
        err.println("gtin-service: found no row that is an item; nothing was changed");
        return 1;
      }
      return 0;
    } catch (IOException failed) {
      err.println("gtin-service: " + failed.getMessage() + "; nothing was changed");
      return 1;
    }
  }

  /** Percentage and rate on one line of the terminal, twice a second. */
  private static final class Progress {
    private static final long PAUSE_NANOS = 500_000_000;

    private final PrintWriter out;
    private final long size;
    private final long began;
    private long told;

    Progress(PrintWriter out, long size, long began) {
      this.out = out;
      this.size = size;
      this.began = began;
      this.told = began;
    }

    void tell(long bytes, long rows) {
      long now = System.nanoTime();
      if (now - told > PAUSE_NANOS) {
        told = now;
        out.printf(
            "\r%3d %%  %d rows  %.0f rows/s",
            size == 0 ? 100 : bytes * 100 / size, rows, rows / ((now - began) / 1e9));
        out.flush();
      }
    }

    void end() {
      if (told != began) {
        out.println();
      }
    }
  }
}
