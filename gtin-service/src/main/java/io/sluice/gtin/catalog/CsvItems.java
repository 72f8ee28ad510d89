package io.sluice.gtin.catalog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.Map;
import java.util.function.Consumer;

/** Reads items from CSV that is expected to be right, such as the demonstration. */
final class CsvItems {
  private CsvItems() {}

  /**
   * Gives every row to the sink.
   *
   * @param name what the source is called in errors
   * @throws IOException at the first row that cannot be used, naming its line, what was found and
   *     what was expected
   */
  static void read(Reader csv, String name, Consumer<Item> sink) throws IOException {
    new RowReader(Map.of())
        .csv(
            new BufferedReader(csv),
            name,
            new RowReader.Sink() {
              @Override
              public void row(long line, Map<String, String> values) throws IOException {
                switch (ItemRow.read(values)) {
                  case ItemRow.Good(Item item) -> sink.accept(item);
                  case ItemRow.Bad bad ->
                      throw new IOException(name + " line " + line + ": " + bad.detail());
                }
              }

              @Override
              public void broken(long line, String text, String why) throws IOException {
                throw new IOException(name + " line " + line + ": " + why);
              }
            });
  }
}
