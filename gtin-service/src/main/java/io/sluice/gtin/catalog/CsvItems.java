package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.rows.Row;
import io.sluice.gtin.rows.RowReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/** Reads items from CSV that is expected to be right, such as the demonstration. */
final class CsvItems {
  private static final Import.How HOW =
      new Import.How(
          new Author("", ""),
          StandardCharsets.UTF_8,
          Map.of(),
          As.ANYTHING,
          CompanyPrefixes.NONE,
          true,
          false);

  private CsvItems() {}

  /**
   * Gives every row to the sink.
   *
   * @param name what the source is called in errors
   * @throws IOException at the first row that cannot be used, naming its line, what was found and
   *     what was expected
   */
  static void read(InputStream csv, String name, Consumer<Item> sink) throws IOException {
    new RowReader(Map.of())
        .read(
            csv,
            StandardCharsets.UTF_8,
            new RowReader.Sink() {
              @Override
              public void row(Row row) throws IOException {
                switch (ItemRow.read(row, HOW)) {
                  case ItemRow.Good good -> sink.accept(good.item());
                  case ItemRow.Bad bad ->
                      throw new IOException(name + " line " + row.line() + ": " + bad.detail());
                }
              }

              @Override
              public void broken(long line, String code, String detail, Row.Raw raw)
                  throws IOException {
                throw new IOException(name + " line " + line + ": " + detail);
              }
            });
  }
}
