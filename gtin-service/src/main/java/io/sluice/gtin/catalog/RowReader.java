package io.sluice.gtin.catalog;

import com.fasterxml.jackson.core.FormatSchema;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a file, one after the other: CSV with a header line (RFC 4180), or JSON Lines. Columns
 * are known by the names that catalogues give them, in any case.
 */
final class RowReader {
  /** What is done with rows; either may stop the reading by an exception. */
  interface Sink {
    /**
     * Takes a row.
     *
     * @param line where it stands, from 1 on
     * @param values by canonical column: gtin, name, brand, category; others by their own names
     */
    void row(long line, Map<String, String> values) throws IOException;

    /**
     * Takes notice of a row that is none.
     *
     * @param text as it stands
     */
    void broken(long line, String text, String why) throws IOException;
  }

  private static final int MOST_LINE = 64 * 1024;

  /** Where cells go that stand behind the last column. */
  private static final String EXTRA = "\0";

  private static final CsvFactory CSV =
      CsvFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MOST_LINE).build())
          .build();
  private static final CsvSchema HEADER_FIRST =
      CsvSchema.emptySchema().withHeader().withAnyPropertyName(EXTRA);
  private static final String SEPARATORS = ",;\t";
  private static final Map<String, String> COLUMNS =
      Map.ofEntries(
          Map.entry("gtin", "gtin"),
          Map.entry("code", "gtin"),
          Map.entry("ean", "gtin"),
          Map.entry("upc", "gtin"),
          Map.entry("barcode", "gtin"),
          Map.entry("name", "name"),
          Map.entry("product_name", "name"),
          Map.entry("title", "name"),
          Map.entry("brand", "brand"),
          Map.entry("brands", "brand"),
          Map.entry("brand_name", "brand"),
          Map.entry("category", "category"),
          Map.entry("categories", "category"));

  private final Map<String, String> columns;
  private final Collection<String> named;

  /**
   * @param named this file's own names by the canonical ones; other columns are known by the names
   *     that catalogues give them
   */
  RowReader(Map<String, String> named) {
    this.named = named.values();
    columns = new HashMap<>(COLUMNS);
    // Whoever names a column means that one and no other.
    columns.values().removeAll(named.keySet());
    named.forEach((canonical, name) -> columns.put(name.toLowerCase(Locale.ROOT), canonical));
  }

  /** Whether a file has an object a line; else it is CSV. */
  static boolean isJsonLines(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".jsonl") || name.endsWith(".ndjson");
  }

  /**
   * Gives every row of CSV to the sink. What its header has most of separates the cells: commas,
   * semicolons or tabs.
   *
   * @param name what the source is called in errors
   * @throws IOException when it is no CSV from some line on, has not the columns that were named,
   *     or the sink has had enough
   */
  void csv(BufferedReader source, String name, Sink sink) throws IOException {
    String header = header(source);
    if (header.isBlank()) {
      throw new IOException(name + ": found no header, expected the names of columns");
    }
    CsvSchema schema = HEADER_FIRST.withColumnSeparator(separator(header));
    try (MappingIterator<Map<String, String>> rows =
        new CsvMapper(CSV).readerForMapOf(String.class).with(schema).readValues(source)) {
      boolean another = rows.hasNextValue();
      checkColumns(rows.getParserSchema(), name);
      for (; another; another = rows.hasNextValue()) {
        // Where the row begins: once it is read, the place is that of the next.
        long line = rows.getCurrentLocation().getLineNr();
        Map<String, String> row = rows.nextValue();
        if (row.containsKey(EXTRA)) {
          sink.broken(line, String.join(",", row.values()), "more cells than there are columns");
        } else {
          sink.row(line, canonical(row));
        }
      }
    } catch (JsonProcessingException notCsv) {
      var at = notCsv.getLocation();
      throw new IOException(
          name
              + (at == null ? "" : " line " + at.getLineNr())
              + ": found no CSV ("
              + notCsv.getOriginalMessage()
              + "), expected a header and rows with as many columns",
          notCsv);
    }
  }

  /** The first line, which is read again afterwards. */
  private static String header(BufferedReader source) throws IOException {
    source.mark(MOST_LINE);
    char[] text = new char[MOST_LINE - 1];
    int length = 0;
    for (int got = 0; got >= 0 && length < text.length; length += Math.max(0, got)) {
      got = source.read(text, length, text.length - length);
    }
    source.reset();
    return new String(text, 0, length).lines().findFirst().orElse("");
  }

  private static char separator(String header) {
    char most = SEPARATORS.charAt(0);
    for (int i = 1; i < SEPARATORS.length(); i++) {
      if (count(header, SEPARATORS.charAt(i)) > count(header, most)) {
        most = SEPARATORS.charAt(i);
      }
    }
    return most;
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(c -> c == wanted).count();
  }

  private void checkColumns(FormatSchema schema, String name) throws IOException {
    List<String> found = new ArrayList<>();
    if (schema instanceof CsvSchema csv) {
      csv.forEach(column -> found.add(column.getName()));
    }
    for (String wanted : named) {
      if (found.stream().noneMatch(each -> each.strip().equalsIgnoreCase(wanted))) {
        throw new IOException(
            name + ": found the columns " + found + ", expected \"" + wanted + "\" among them");
      }
    }
  }

  /** Gives every line's object to the sink; a line that is none is a broken row. */
  void jsonLines(BufferedReader source, Sink sink) throws IOException {
    ObjectReader reader =
        new JsonMapper()
            .readerForMapOf(Object.class)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    long number = 0;
    for (String line = line(source); line != null; line = line(source)) {
      number++;
      if (line.length() > MOST_LINE) {
        sink.broken(number, line, "more than " + MOST_LINE + " characters");
        continue;
      }
      if (line.isBlank()) {
        continue;
      }
      Map<String, Object> object;
      try {
        object = reader.readValue(line);
      } catch (JsonProcessingException notJson) {
        sink.broken(number, line, "no JSON object: " + notJson.getOriginalMessage());
        continue;
      }
      if (object == null) {
        sink.broken(number, line, "no JSON object: null");
        continue;
      }
      Map<String, String> row = new LinkedHashMap<>();
      object.forEach((key, value) -> row.put(key, value == null ? "" : String.valueOf(value)));
      sink.row(number, canonical(row));
    }
  }

  /** The next line, of one that is too long its beginning; null at the end. */
  private static @Nullable String line(BufferedReader source) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = source.read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n'; c = source.read()) {
      if (line.length() <= MOST_LINE) {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private Map<String, String> canonical(Map<String, String> row) {
    Map<String, String> values = new LinkedHashMap<>();
    row.forEach(
        (key, value) -> {
          String column = key.strip().toLowerCase(Locale.ROOT);
          // Of two columns for one thing, the first that says something.
          values.merge(
              columns.getOrDefault(column, column),
              value == null ? "" : value,
              (first, second) -> first.isBlank() ? second : first);
        });
    return values;
  }
}
