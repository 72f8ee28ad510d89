package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Reading;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Files as the big sources make them, with what goes wrong in them: each row is accounted for, and
 * none is stored under another number than that of its item, which its name tells.
 */
class SourcesTest {
  private static final int ROWS = 4_000;

  @TempDir private Path folder;

  private final Random random = new Random(18);

  /** Whose file it is. */
  private enum Source {
    WOOCOMMERCE(";", "ID;Type;\"GTIN, UPC, EAN, or ISBN\";Name;Categories", StandardCharsets.UTF_8),
    SHOPIFY(",", "Handle,Type,Variant Barcode,Title,Vendor", StandardCharsets.UTF_8),
    USDA(",", "fdc_id,brand_owner,gtin_upc,description,x", StandardCharsets.UTF_8),
    MERCHANT_CENTER("\t", "id\tlink\tgtin\ttitle\tbrand", StandardCharsets.UTF_16LE),
    OPEN_FOOD_FACTS("\t", "id\tcreator\tcode\tproduct_name\tbrands", StandardCharsets.UTF_8);

    private final String separator;
    private final String header;
    private final Charset encoding;

    Source(String separator, String header, Charset encoding) {
      this.separator = separator;
      this.header = header;
      this.encoding = encoding;
    }
  }

  /** A number of a length that is not rare, of a maker's prefix. */
  private Gtin item() {
    long body =
        switch (random.nextInt(4)) {
          case 0 -> 10_000_000_000L + random.nextLong(80_000_000_000L);
          case 1 -> 3_000_000L + random.nextLong(6_000_000L);
          case 2 -> 978_000_000_000L + random.nextLong(1_000_000_000L);
          default -> 300_000_000_000L + random.nextLong(600_000_000_000L);
        };
    return new Gtin(body * 10 + Gtin.checkDigit(body));
  }

  /** A number as it arrives. */
  private String arrived(Gtin gtin) {
    String natural = gtin.naturalText();
    return switch (random.nextInt(12)) {
      case 0 -> Long.toString(gtin.value());
      case 1 -> gtin.value() + ".0";
      case 2 -> "'" + natural;
      case 3 -> "=\"\"" + natural + "\"\"";
      case 4 -> natural.replaceAll("(...)(?=.)", "$1-");
      case 5 -> " " + natural + "\u00a0";
      case 6 -> String.format("%.2E", (double) gtin.value());
      case 7 -> gtin.text();
      // The check digit, and the zero in front, are left out.
      case 8 -> natural.length() == 12 ? natural.substring(1, 11) : natural;
      case 9 -> natural.substring(0, natural.length() - 1) + (gtin.value() + 1) % 10;
      default -> natural;
    };
  }

  @ParameterizedTest
  @EnumSource(Source.class)
  void everyRowIsAccountedForAndNoneIsStoredUnderAnotherNumber(Source source) throws Exception {
    StringBuilder file =
        new StringBuilder(source.encoding.equals(StandardCharsets.UTF_8) ? "" : "\ufeff");
    file.append(source.header).append("\r\n");
    for (int i = 0; i < ROWS; i++) {
      Gtin gtin = item();
      String code = arrived(gtin);
      String cell = code.contains("\"\"") ? "\"" + code + "\"" : code;
      file.append(
              String.join(source.separator, Integer.toString(i), "simple", cell, gtin.text(), "B"))
          .append("\r\n");
    }
    Path path = Files.write(folder.resolve("rows"), file.toString().getBytes(source.encoding));

    stored(path, As.ANYTHING, ROWS);
  }

  private void stored(Path file, As as, long rows) throws IOException {
    Import.How how =
        new Import.How(
            new Author("me", ""),
            StandardCharsets.UTF_8,
            Map.of(),
            as,
            CompanyPrefixes.NONE,
            false,
            false);
    Path place = folder.resolve("c.db");
    try (Catalogue catalogue = Catalogue.open(CatalogueAddress.of(place.toString()), null)) {
      Import.Result result =
          new Import(file, how, null, (bytes, soFar) -> {}, () -> true).into(catalogue);
      assertThat(result.rows()).isEqualTo(rows);
      assertThat(result.taken() + result.duplicates() + result.replaced() + result.rejected())
          .isEqualTo(rows);
      assertThat(result.taken()).isGreaterThan(rows / 2);
      List<String> wrong = new ArrayList<>();
      catalogue.all(
          item -> {
            if (!item.gtin().text().equals(item.name())) {
              wrong.add(item.gtin() + " has the row of " + item.name());
            }
          });
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void linesOfOpenFoodFactsAreReadWithTheirNestedNames() throws Exception {
    StringBuilder file = new StringBuilder();
    JsonMapper json = new JsonMapper();
    long rows = 0;
    while (rows < ROWS) {
      Gtin gtin = item();
      if (GtinReader.read(gtin.naturalText()) instanceof Reading.One) {
        file.append(
                json.writeValueAsString(
                    Map.of(
                        "code",
                        gtin.naturalText(),
                        "product_name",
                        List.of(
                            Map.of("lang", "fr", "text", "autre"),
                            Map.of("lang", "main", "text", gtin.text())))))
            .append('\n');
        rows++;
      }
    }
    stored(
        Files.writeString(folder.resolve("rows"), file),
        new As(Set.of(Form.GTIN_8, Form.GTIN_12, Form.GTIN_13)),
        rows);
  }
}
