package io.sluice.gtin;

import io.sluice.gtin.catalog.Author;
import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.sluice.gtin.catalog.NewFile;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.rows.Column;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
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
          "CSV with a header, separated by commas, semicolons, tabs or bars, or JSON Lines; as it"
              + " is, or in gzip or zip; - is the standard input")
  private Path file = Path.of("");

  @Mixin private CatalogueOptions catalogue = new CatalogueOptions();

  @Option(
      names = "--column",
      paramLabel = "gtin|name|brand|category|attributes=NAME",
      description =
          "the file's own name for a column, such as gtin=Artikelnummer; the usual ones are known")
  private Map<String, String> columns = new LinkedHashMap<>();

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description =
          "a file of the rows that are no items, with why in front of each, to be mended and"
              + " imported")
  private @Nullable Path rejects;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      defaultValue = "UTF-8",
      description =
          "the file's encoding where no byte order mark says it, such as windows-1252"
              + " (${DEFAULT-VALUE})")
  private Charset encoding = StandardCharsets.UTF_8;

  @Option(
      names = "--as",
      paramLabel = "FORM,…",
      description =
          "in which forms the codes come, such as gtin-8,gtin-13: decides where eight or ten digits"
              + " could be several numbers, and rejects other forms")
  private @Nullable String as;

  @Mixin private PrefixOptions prefixes = new PrefixOptions();

  @Option(
      names = "--strict",
      description = "rejects codes that need a repair which is not certain, such as a lost zero")
  private boolean strict;

  @Option(
      names = "--dry-run",
      description = "says what would become of the rows, and writes nothing")
  private boolean dryRun;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (!file.toString().equals("-")) {
      return bringIn();
    }
    // A row may have to be read again from its second line on, and progress needs a size.
    Path copy = null;
    try {
      copy = Files.createTempFile("gtin-import-", ".rows");
      Files.copy(System.in, copy, StandardCopyOption.REPLACE_EXISTING);
      file = copy;
      return bringIn();
    } catch (IOException failed) {
      spec.commandLine().getErr().println("gtin-service: standard input: " + failed.getMessage());
      return 1;
    } finally {
      if (copy != null) {
        copy.toFile().delete();
      }
    }
  }

  private int bringIn() {
    PrintWriter err = spec.commandLine().getErr();
    Path rejected = rejects;
    if (!Files.isReadable(file)) {
      err.println("gtin-service: found no readable file " + file + "; nothing was changed");
      return 1;
    }
    try {
      if (rejected != null
          && (catalogue.address().isAt(rejected)
              || (Files.exists(rejected) && Files.isSameFile(rejected, file)))) {
        err.println(
            "gtin-service: --rejects: found the file that is imported or the catalogue, expected"
                + " another");
        return 2;
      }
    } catch (IOException unreadable) {
      err.println("gtin-service: " + unreadable.getMessage());
      return 1;
    }
    Map<Column, String> named = new EnumMap<>(Column.class);
    for (Map.Entry<String, String> each : columns.entrySet()) {
      Column column = Column.find(each.getKey()).orElse(null);
      if (column == null) {
        err.println(
            "gtin-service: --column: found " + each.getKey() + ", expected " + Column.codes());
        return 2;
      }
      named.put(column, each.getValue());
    }
    As forms = as == null ? As.ANYTHING : As.find(as).orElse(null);
    if (forms == null) {
      err.println("gtin-service: --as: found \"" + as + "\", expected of " + Form.codes());
      return 2;
    }
    CompanyPrefixes known;
    try {
      known = prefixes.prefixes();
    } catch (IOException unreadable) {
      err.println("gtin-service: " + unreadable.getMessage());
      return 2;
    }
    Import.How how =
        new Import.How(
            new Author("import by " + System.getProperty("user.name"), ""),
            encoding,
            named,
            forms,
            known,
            strict,
            dryRun);
    try (NewFile kept = rejected == null ? null : new NewFile(rejected);
        Catalogue opened = Catalogue.open(catalogue.address(), null)) {
      long began = System.nanoTime();
      Progress progress = new Progress(err, Files.size(file), began);
      Import rows =
          new Import(file, how, kept == null ? null : kept.writer(), progress::tell, () -> true);
      Import.Result result;
      try {
        result = rows.into(opened);
        keep(kept);
      } catch (Import.NothingTaken nothing) {
        keep(kept);
        throw nothing;
      } finally {
        progress.end();
      }
      print(result, (System.nanoTime() - began) / 1e9);
      return 0;
    } catch (Import.NothingTaken nothing) {
      print(nothing.result(), 0);
      err.println("gtin-service: " + nothing.getMessage() + "; nothing was changed");
      return 1;
    } catch (IOException failed) {
      err.println("gtin-service: " + file + ": " + failed.getMessage() + "; nothing was changed");
      return 1;
    }
  }

  private static void keep(@Nullable NewFile rejects) throws IOException {
    if (rejects != null) {
      rejects.keep();
    }
  }

  private void print(Import.Result result, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d rows: %d taken, %d duplicates, %d replaced by later rows, %d rejected; %d items are"
            + " new; %.0f rows a second%s%n",
        result.rows(),
        result.taken(),
        result.duplicates(),
        result.replaced(),
        result.rejected(),
        result.added(),
        seconds == 0 ? 0 : result.rows() / seconds,
        dryRun ? "; nothing was written" : "");
    if (!result.columns().isEmpty()) {
      out.println("columns: " + new TreeMap<>(result.columns()));
    }
    if (!result.repaired().isEmpty()) {
      out.println("repaired: " + new TreeMap<>(result.repaired()));
    }
    out.flush();
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
