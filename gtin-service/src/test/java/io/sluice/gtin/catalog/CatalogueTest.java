package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinType;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
  private static final Path DEMO = Top.path("config", "catalogue", "demo.csv");

  @TempDir private Path folder;

  @Test
  void theDemonstrationHasItemsOfAllFourLengthsOnPrefix952() throws IOException {
    Map<GtinType, Integer> types = new EnumMap<>(GtinType.class);
    try (Reader csv = Files.newBufferedReader(DEMO)) {
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
    try (Catalogue catalogue = Catalogue.open(file);
        Reader csv = Files.newBufferedReader(DEMO)) {
      assertThat(catalogue.fillIfEmpty(csv, "demo.csv")).isGreaterThanOrEqualTo(60);
      assertThat(catalogue.find(new Gtin(9521000000018L)).get())
          .get()
          .extracting(Item::name)
          .isEqualTo("Oat biscuits with sea salt 200 g");
      assertThat(catalogue.find(new Gtin(9521234543213L)).get()).isEmpty();
    }
    try (Catalogue again = Catalogue.open(file);
        Reader csv = Files.newBufferedReader(DEMO)) {
      assertThat(again.fillIfEmpty(csv, "demo.csv")).isZero();
      assertThat(again.size()).isGreaterThanOrEqualTo(60);
    }
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "gtin,name~9521000000018,Fine~9521000000010,Wrong~ | expected 8",
        "code,name~9521000000018,Fine~ | expected gtin and name among them",
        "gtin,name~01234565,Two~ | which is a UPC-E or a GTIN-8",
      })
  void aRowThatCannotBeUsedIsNamedAndNothingIsAdded(String csv, String message) throws IOException {
    try (Catalogue catalogue = Catalogue.open(folder.resolve("c.db"))) {
      assertThatThrownBy(
              () -> catalogue.fillIfEmpty(new StringReader(csv.replace("~", "\n")), "my.csv"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("my.csv line ")
          .hasMessageContaining(message);
      assertThat(catalogue.size()).isZero();
    }
  }

  @Test
  void aFileThatIsNoCatalogueIsSaid() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("c.db"),
            "this is no database at all, but it is long enough to look like one");

    assertThatThrownBy(() -> Catalogue.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("found no usable catalogue")
        .hasMessageContaining("expected an SQLite file");
  }
}
