package io.sluice.gtin.catalog;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gtin.rows.RejectedRows;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a catalogue as a file that an import reads. A file is there whole or not at all; a link is
 * followed, and a pipe or a device gets what would be in the file. Blocks.
 */
public final class Export {
  private static final JsonMapper JSON = new JsonMapper();

  private Export() {}

  /** Something that is done with all items. */
  public interface Work {
    long on(Catalogue catalogue) throws IOException;
  }

  /** How items are written. */
  public enum Format {
    CSV,
    /** CSV for people: an apostrophe stands before what a spreadsheet would run as a formula. */
    SPREADSHEET,
    JSON_LINES;

    /** By a file's name: JSON Lines where it ends in .jsonl or .ndjson, else CSV. */
    public static Format of(Path file) {
      String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
      return name.endsWith(".jsonl") || name.endsWith(".ndjson") ? JSON_LINES : CSV;
    }
  }

  /**
   * Writes all items in the order of their numbers.
   *
   * @return how many there were
   */
  public static long of(Catalogue catalogue, Path path, Format format) throws IOException {
    try (NewFile file = new NewFile(path)) {
      long count = of(catalogue, file.writer(), format);
      file.keep();
      return count;
    }
  }

  /** The same into a writer, which stays open. */
  public static long of(Catalogue catalogue, Writer out, Format format) throws IOException {
    long[] count = {0};
    if (format != Format.JSON_LINES) {
      out.write("gtin,name,brand,category,attributes\n");
    }
    catalogue.all(
        item -> {
          out.write(format == Format.JSON_LINES ? json(item) : csv(item, format));
          out.write('\n');
          count[0]++;
        });
    out.flush();
    return count[0];
  }

  private static String json(Item item) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("gtin", item.gtin().text());
    fields.put("name", item.name());
    fields.put("brand", item.brand());
    fields.put("category", item.category());
    if (!item.attributes().isEmpty()) {
      fields.put("attributes", Attributes.object(item.attributes()));
    }
    return JSON.writeValueAsString(fields);
  }

  private static String csv(Item item, Format format) {
    StringBuilder row = new StringBuilder(item.gtin().text());
    for (String text : item.fields()) {
      row.append(',')
          .append(
              format == Format.SPREADSHEET
                  ? RejectedRows.harmless(text)
                  : RejectedRows.exactly(text));
    }
    return row.toString();
  }
}
