package io.sluice.gtin.catalog;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Reading;
import java.io.IOException;
import java.io.Reader;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads items from CSV with a header line (RFC 4180): gtin and name, and brand and category where
 * they are known.
 */
final class CsvItems {
  private static final CsvSchema HEADER_FIRST = CsvSchema.emptySchema().withHeader();

  private CsvItems() {}

  /**
   * Gives every row to the sink.
   *
   * @param name what the source is called in errors
   * @throws IOException at the first row that cannot be used, naming its line, what was found and
   *     what was expected
   */
  static void read(Reader csv, String name, Consumer<Item> sink) throws IOException {
    try (MappingIterator<Map<String, String>> rows =
        new CsvMapper().readerForMapOf(String.class).with(HEADER_FIRST).readValues(csv)) {
      while (rows.hasNextValue()) {
        Map<String, String> row = rows.nextValue();
        sink.accept(item(row, name + " line " + rows.getCurrentLocation().getLineNr()));
      }
    }
  }

  private static Item item(Map<String, String> row, String where) throws IOException {
    String code = row.get("gtin");
    String title = row.get("name");
    if (code == null || title == null) {
      throw new IOException(
          where + ": found the columns " + row.keySet() + ", expected gtin and name among them");
    }
    return switch (GtinReader.read(code)) {
      case Reading.One one ->
          new Item(
              one.gtin(), title, row.getOrDefault("brand", ""), row.getOrDefault("category", ""));
      case Reading.Several _ ->
          throw new IOException(
              where
                  + ": found "
                  + code
                  + ", which is a UPC-E or a GTIN-8, expected 12 or more digits");
      case Reading.Refused refused -> throw new IOException(where + ": " + refused.detail());
    };
  }
}
