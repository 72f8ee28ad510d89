package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinType;
import io.sluice.gtin.rows.Column;
import io.sluice.testkit.Top;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest {
  private static final Path DEMO = Top.path("config", "catalogue", "demo.csv");

  private static final Import.How HOW =
      new Import.How(
          new Author("me", ""),
          StandardCharsets.UTF_8,
          Map.of(),
          As.ANYTHING,
          CompanyPrefixes.NONE,
          false,
          false);

  @TempDir private Path folder;

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Rows, taken, duplicates, replaced, rejected, added. */
  private static List<Long> counts(Import.Result result) {
    return List.of(
        result.rows(),
        result.taken(),
        result.duplicates(),
        result.replaced(),
        result.rejected(),
        result.added());
  }

  @Test
  void theDemonstrationHasItemsOfAllFourLengthsOnPrefix952() throws IOException {
    Map<GtinType, Integer> types = new EnumMap<>(GtinType.class);
    try (InputStream csv = Files.newInputStream(DEMO)) {
      CsvItems.read(
          csv,
          "demo.csv",
          item -> {
            types.merge(item.gtin().type(), 1, Integer::sum);
            assertThat(item.gtin().naturalText().replaceFirst("^[0-9]?952", "952"))
                .startsWith("952");
            assertThat(item.name()).isNotBlank();
          });
    }

    assertThat(types).containsOnlyKeys(GtinType.values());
    assertThat(types.values().stream().mapToInt(Integer::intValue).sum())
        .isGreaterThanOrEqualTo(60);
  }

  @Test
  void whatWasFilledIsFoundAgainAndOnlyOnce() throws Exception {
    Path file = folder.resolve("c.db");
    try (Catalogue catalogue = Catalogue.open(CatalogueAddress.of(file.toString()), null);
        InputStream csv = Files.newInputStream(DEMO)) {
      assertThat(catalogue.fillIfEmpty(csv, "demo.csv")).isGreaterThanOrEqualTo(60);
      assertThat(catalogue.find(new Gtin(9521000000018L)).get())
          .get()
          .extracting(Item::name)
          .isEqualTo("Oat biscuits with sea salt 200 g");
      assertThat(catalogue.find(new Gtin(9521234543213L)).get()).isEmpty();
    }
    try (Catalogue again = Catalogue.open(CatalogueAddress.of(file.toString()), null);
        InputStream csv = Files.newInputStream(DEMO)) {
      assertThat(again.fillIfEmpty(csv, "demo.csv")).isZero();
      assertThat(again.size()).isGreaterThanOrEqualTo(60);
    }
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | gtin,name~9521000000018,Fine~9521000000010,Wrong~ | expected 8",
        "2 | gtin,name~01234565,Two~ | which may be 00012345000065",
      })
  void aRowThatCannotBeUsedIsNamedAndNothingIsAdded(int line, String csv, String message)
      throws IOException {
    try (Catalogue catalogue =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      assertThatThrownBy(() -> catalogue.fillIfEmpty(bytes(csv.replace("~", "\n")), "my.csv"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("my.csv line " + line + ": ")
          .hasMessageContaining(message);
      assertThat(catalogue.size()).isZero();
    }
  }

  @Test
  void whatAHeaderHasMostOfSeparatesTheCells() throws Exception {
    for (String separator : new String[] {",", ";", "\t"}) {
      String rows =
          "EAN~Title~Brand\n9521000000018~\"Oats, fine; 1\t\"~B\n".replace("~", separator);
      Import.Result result = imported(rows, "rows.csv", folder.resolve("c.db"));

      assertThat(result.taken()).as(separator).isEqualTo(1);
    }
  }

  @Test
  void aColumnThatIsNamedHasToBeThere() throws Exception {
    Path file = Files.writeString(folder.resolve("rows.csv"), "gtin,name\n9521000000018,Oats\n");
    try (Catalogue opened =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      Import unknown =
          new Import(
              file,
              new Import.How(
                  new Author("me", ""),
                  StandardCharsets.UTF_8,
                  Map.of(Column.GTIN, "Artikel"),
                  As.ANYTHING,
                  CompanyPrefixes.NONE,
                  false,
                  false),
              null,
              (bytes, rows) -> {},
              () -> true);

      assertThatThrownBy(() -> unknown.into(opened))
          .hasMessageContaining("found the columns [gtin, name], expected \"Artikel\" among them");
      assertThat(opened.size()).isZero();
    }
  }

  private Import.Result imported(String content, String name, Path catalogue) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    try (Catalogue opened = Catalogue.open(CatalogueAddress.of(catalogue.toString()), null)) {
      return new Import(file, HOW, null, (bytes, rows) -> {}, () -> true).into(opened);
    }
  }

  @Test
  void everyRowOfAnImportIsAccountedForAndTheLastOneCounts() throws Exception {
    Path catalogue = folder.resolve("c.db");
    Import.Result result =
        imported(
            "gtin,name\n"
                + "9521000000018,A\n"
                + "9521000000018,A\n"
                + "9521000000018,B\n"
                + "952-1000-00002-5,C\n"
                + "nonsense,D\n"
                + "9521000000032,\n",
            "rows.csv",
            catalogue);

    assertThat(counts(result)).containsExactly(6L, 2L, 1L, 1L, 2L, 2L);
    try (Catalogue opened = Catalogue.open(CatalogueAddress.of(catalogue.toString()), null)) {
      assertThat(opened.size()).isEqualTo(2);
      assertThat(opened.find(new Gtin(9521000000018L)).get().orElseThrow().name()).isEqualTo("B");
    }
  }

  @Test
  void linesOfJsonAreReadOneByOne() throws Exception {
    Import.Result result =
        imported(
            "{\"gtin\":9521000000018,\"name\":\"A\"}\n\n"
                + "nonsense\n"
                + "{\"gtin\":\"6.11E12\",\"name\":\"B\"}\n",
            "rows.jsonl",
            folder.resolve("c.db"));

    assertThat(counts(result)).containsExactly(3L, 1L, 0L, 0L, 2L, 1L);
    assertThat(
            counts(
                imported(
                    "\ufeff{\"gtin\":9521000000025,\"name\":\"A\"}"
                        + " {\"gtin\":9521000000018,\"name\":\"B\"}\n"
                        + "null\n"
                        + "{\"gtin\":9521000000032,\"name\":\"C\"}\n",
                    "more.jsonl",
                    folder.resolve("c.db"))))
        .containsExactly(3L, 1L, 0L, 0L, 2L, 1L);
  }

  @Test
  void cellsTooManyAreARejectedRowAndTheFirstColumnThatSaysSomethingCounts() throws Exception {
    Import.Result result =
        imported(
            "\ufeff\"upc\",ean,name,brand\n"
                + ",9521000000018,Aa,x\n"
                + "9521000000018,,BB,x\n"
                + ",9521000000025,Salt, and pepper,x\n",
            "rows.csv",
            folder.resolve("c.db"));

    assertThat(counts(result)).containsExactly(3L, 1L, 0L, 1L, 1L, 1L);
  }

  @Test
  void bytesOfAnotherEncodingChangeNothing() throws Exception {
    Path file = folder.resolve("latin.csv");
    Files.write(
        file, "gtin,name\n9521000000018,M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1));

    try (Catalogue opened =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      assertThatThrownBy(
              () -> new Import(file, HOW, null, (bytes, rows) -> {}, () -> true).into(opened))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no text in the file's encoding");
    }
  }

  @Test
  void aLineThatIsTooLongIsARejectedRowAndTheOthersAreTaken() throws Exception {
    Import.Result result =
        imported(
            "{\"gtin\":\"9521000000018\",\"name\":\"A\"}\n"
                + "x".repeat(2_000_000)
                + "\n{\"gtin\":\"9521000000025\",\"name\":\"B\"}",
            "rows.jsonl",
            folder.resolve("c.db"));

    assertThat(counts(result)).containsExactly(3L, 2L, 0L, 0L, 1L, 2L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all.csv", "all.jsonl"})
  void whatIsExportedIsImportedAsItWas(String name) throws Exception {
    String rows =
        "gtin,name,brand,category\n9521000000018,\"A, \"\"b\"\"\nc\",Ü & Co,\n95210001,Short,,x\n";
    Path first = folder.resolve("first.db");
    Path file = folder.resolve(name);
    imported(rows.replace("95210001,", "00000095210001,"), "rows.csv", first);
    try (Catalogue catalogue = Catalogue.open(CatalogueAddress.of(first.toString()), null)) {
      assertThat(Export.of(catalogue, file, Export.Format.of(file))).isEqualTo(2);
    }

    Path second = folder.resolve("second.db");
    Import.Result result = imported(Files.readString(file), "again-" + name, second);
    assertThat(counts(result)).containsExactly(2L, 2L, 0L, 0L, 0L, 2L);
    try (Catalogue one = Catalogue.open(CatalogueAddress.of(first.toString()), null);
        Catalogue other = Catalogue.open(CatalogueAddress.of(second.toString()), null)) {
      for (long gtin : new long[] {9521000000018L, 95210001L}) {
        assertThat(other.find(new Gtin(gtin)).get())
            .isPresent()
            .isEqualTo(one.find(new Gtin(gtin)).get());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(1)", " =1", "\t=1", "\tx", "\uff1d1"})
  void whatIsMadeForSpreadsheetsHoldsNoCellThatOneWouldRun(String formula) throws Exception {
    Path file = folder.resolve("c.db");
    // What cannot be imported as it is would prove nothing.
    imported(
        "{\"gtin\":\"9521000000018\",\"name\":\"x\",\"brand\":"
            + new JsonMapper().writeValueAsString(formula)
            + "}",
        "rows.jsonl",
        file);
    try (Catalogue catalogue = Catalogue.open(CatalogueAddress.of(file.toString()), null)) {
      String kept = catalogue.find(new Gtin(9521000000018L)).get().orElseThrow().brand();
      Export.of(catalogue, folder.resolve("exact.csv"), Export.Format.CSV);
      Export.of(catalogue, folder.resolve("people.csv"), Export.Format.SPREADSHEET);
      boolean runs = "=+-@\t\uff1d".indexOf(kept.replaceFirst("^ ", "").charAt(0)) >= 0;
      assertThat(Files.readString(folder.resolve("exact.csv"))).contains("\"" + kept + "\"");
      assertThat(Files.readString(folder.resolve("people.csv")))
          .contains((runs ? "\"'" : "\"") + kept + "\"");
    }
  }

  @Test
  void rejectedRowsHoldNoFormula() throws Exception {
    StringWriter rejects = new StringWriter();
    Path rows =
        Files.writeString(
            folder.resolve("rows.csv"), "gtin,name\n=HYPERLINK(1),@SUM(1)\n9521000000018,A\n");
    try (Catalogue catalogue =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      new Import(rows, HOW, rejects, (bytes, count) -> {}, () -> true).into(catalogue);
    }
    assertThat(rejects.toString()).contains("\"'=HYPERLINK(1)\"", "\"'@SUM(1)\"");
  }

  @Test
  void bytesThatAreNoTextCostTheirRow() throws Exception {
    Path file =
        Files.write(
            folder.resolve("rows.csv"),
            "gtin,name\n9521000000018,A\n9521000000025,\u00fc\n9521000000032,C\n"
                .getBytes(StandardCharsets.ISO_8859_1));
    StringWriter rejects = new StringWriter();
    try (Catalogue opened =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      Import.Result result =
          new Import(file, HOW, rejects, (bytes, rows) -> {}, () -> true).into(opened);
      assertThat(counts(result)).containsExactly(3L, 2L, 0L, 0L, 1L, 2L);
    }
    assertThat(rejects.toString()).contains("3,malformed,\"found bytes that are no text");
  }

  @Test
  void columnsOfCodesThatContradictEachOtherAreARejectedRow() throws Exception {
    assertThat(
            counts(
                imported(
                    "gtin,isbn,name\n"
                        + "9521000000018,9780571089896,wrong check digit\n"
                        + "9521000000025,0571089895,another item\n"
                        + "9521000000032,n/a,a placeholder\n"
                        + ",0571089895,a book by its column\n",
                    "rows.csv",
                    folder.resolve("c.db"))))
        .containsExactly(4L, 2L, 0L, 0L, 2L, 2L);
  }

  @Test
  void anExportLeavesWhatIsNotItsOwnAsItWas() throws Exception {
    imported("gtin,name\n9521000000018,A\n", "rows.csv", folder.resolve("c.db"));
    Path real = Files.writeString(folder.resolve("real.csv"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), real);
    Path other = Files.writeString(folder.resolve("real.csv.part"), "mine");
    try (Catalogue opened =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      Export.of(opened, link, Export.Format.CSV);
      assertThatThrownBy(() -> Export.of(opened, folder.resolve("none/x.csv"), Export.Format.CSV))
          .hasMessageContaining("found no folder");
    }
    assertThat(link).isSymbolicLink();
    assertThat(real).content().contains("09521000000018");
    assertThat(other).hasContent("mine");
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("c.db", "rows.csv", "real.csv", "link.csv", "real.csv.part");
    }
    CatalogueAddress address = CatalogueAddress.of(folder.resolve("c.db").toString());
    Path again = Files.createSymbolicLink(folder.resolve("again.csv"), folder.resolve("c.db"));
    assertThat(address.isAt(again)).isTrue();
    assertThat(address.isAt(folder.resolve("c.db-wal"))).isTrue();
    assertThat(address.isAt(real)).isFalse();
  }

  @Test
  void aFileThatIsNotACatalogueIsReported() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("c.db"),
            "this is no database at all, but it is long enough to look like one");

    assertThatThrownBy(() -> Catalogue.open(CatalogueAddress.of(file.toString()), null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("found no usable catalogue")
        .hasMessageContaining("expected an SQLite file");
  }
}
