package io.sluice.gtin.catalog;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a catalogue as a file that an import reads. The file is there whole or not at all. Blocks.
 */
public final class Export {
  private static final JsonMapper JSON = new JsonMapper();

  private Export() {}

  /**
   * Writes all items in the order of their numbers.
   *
   * @param file JSON Lines where its name ends in .jsonl or .ndjson, else CSV
   * @param forSpreadsheets whether cells of CSV that a spreadsheet would run get an apostrophe,
   *     with which they are not what an import should read
   * @return how many there were
   */
  public static long of(Catalogue catalogue, Path file, boolean forSpreadsheets)
      throws IOException {
    boolean jsonLines = RowReader.isJsonLines(file);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    long[] count = {0};
    try (BufferedWriter out = Files.newBufferedWriter(part)) {
      if (!jsonLines) {
        out.write("gtin,name,brand,category\n");
      }
      catalogue.all(
          item -> {
            out.write(jsonLines ? json(item) : csv(item, forSpreadsheets));
            out.write('\n');
            count[0]++;
          });
    } catch (IOException | RuntimeException failed) {
      Files.deleteIfExists(part);
      throw failed;
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    return count[0];
  }

  private static String json(Item item) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("gtin", item.gtin().text());
    fields.put("name", item.name());
    fields.put("brand", item.brand());
    fields.put("category", item.category());
    return JSON.writeValueAsString(fields);
  }

  private static String csv(Item item, boolean forSpreadsheets) {
    StringBuilder row = new StringBuilder(item.gtin().text());
    for (String text : List.of(item.name(), item.brand(), item.category())) {
      row.append(',');
      if (forSpreadsheets) {
        CsvCell.harmless(text, row);
      } else {
        CsvCell.exact(text, row);
      }
    }
    return row.toString();
  }
}
