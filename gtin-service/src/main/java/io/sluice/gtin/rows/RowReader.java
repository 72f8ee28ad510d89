package io.sluice.gtin.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rows of a file, one after the other: CSV with a header, JSON Lines, or a JSON array of objects,
 * which the file's beginning tells. Columns are known by the names that shops, databases and
 * catalogues give them.
 */
public final class RowReader {
  /** What is done with rows; either may stop the reading by an exception. */
  public interface Sink {
    /**
     * Takes notice of what the file is, before any row.
     *
     * @param header of CSV; empty for JSON
     */
    default void begin(List<String> header) throws IOException {}

    void row(Row row) throws IOException;

    /**
     * Takes notice of a row that is none.
     *
     * @param code why, for programs
     * @param detail what was found and what was expected
     */
    void broken(long line, String code, String detail, Row.Raw raw) throws IOException;
  }

  /** The columns of what {@link RejectedRows} writes, so that it can be mended and read again. */
  static final String REJECTED = "rejected_";

  private static final String SEPARATORS = ",;\t|";
  private static final Pattern SEPARATOR = Pattern.compile("(?i)\"?sep=(.)\"?[,;\t|]*");
  private static final Pattern ARRAY = Pattern.compile("\\s*\\[\\s*[{\\]]");
  private static final int LOOKED_AT = 1 << 12;

  private final Map<Column, String> named;

  /**
   * @param named the file's own names for columns; others are known by the names that are usual
   */
  public RowReader(Map<Column, String> named) {
    this.named = Map.copyOf(named);
  }

  /**
   * Gives every row to the sink.
   *
   * @param encoding where no byte order mark says which
   * @return the file's names of the columns that were used, by the columns' codes; empty for JSON,
   *     whose rows each have their own
   * @throws NoRows when no row can come from it
   */
  public Map<String, String> read(InputStream file, Charset encoding, Sink sink)
      throws IOException {
    try (BufferedReader text = TextFile.read(file, encoding)) {
      String begin = beginning(text);
      if (isArray(begin)) {
        return json(new JsonArray(text), sink);
      }
      int first = isJson(begin) ? '{' : first(begin);
      return switch (first) {
        case '{' -> json(JsonTexts.lines(text), sink);
        case '[' -> throw new NoRows("found a JSON array, expected one of objects");
        case '<' -> throw new NoRows("found a page or XML, expected CSV or JSON Lines");
        default -> csv(new CsvRows(text), sink);
      };
    }
  }

  /** What it begins with, which stays to be read. */
  private static String beginning(BufferedReader text) throws IOException {
    text.mark(LOOKED_AT);
    char[] begin = new char[LOOKED_AT - 1];
    int length = Math.max(0, text.read(begin, 0, begin.length));
    text.reset();
    return new String(begin, 0, length);
  }

  /** The first character that is no white space; 0 where there is none. */
  private static char first(String begin) {
    String rest = begin.stripLeading();
    return rest.isEmpty() ? 0 : rest.charAt(0);
  }

  /**
   * Whether it is an array, and not of something else; its very first element may be a broken row.
   */
  private static boolean isArray(String begin) {
    return ARRAY.matcher(begin).lookingAt() || (first(begin) == '[' && isJson(begin));
  }

  /** Whether one of the first lines is an object; the very first may be a broken row. */
  private static boolean isJson(String begin) {
    return begin.lines().anyMatch(line -> line.matches("\\s*\\{\\s*\".*"));
  }

  private Map<String, String> json(JsonTexts texts, Sink sink) throws IOException {
    sink.begin(List.of());
    new JsonRows(named).read(texts, sink);
    return Map.of();
  }

  private Map<String, String> csv(CsvRows rows, Sink sink) throws IOException {
    String first = rows.peekLine();
    if (first == null) {
      throw new NoRows("found no header, expected the names of columns");
    }
    Matcher said = SEPARATOR.matcher(first);
    if (said.matches()) {
      // Spreadsheets say so what separates their cells.
      rows.separator(said.group(1).charAt(0));
      rows.skipLine();
      rows.peekLine();
    } else {
      rows.separator(separator(first));
    }
    List<String> header =
        switch (rows.read()) {
          case CsvRows.Read.Cells cells -> cells.cells();
          case CsvRows.Read.Broken broken ->
              throw new NoRows("found no header in its line, but " + broken.why());
          case CsvRows.Read.Nothing _ ->
              throw new NoRows("found no header, expected the names of columns");
        };
    Columns columns = Columns.of(header, named);
    columns.check(header);
    sink.begin(header);
    rows(rows, new CsvTable(header, columns.at(header)), sink);
    return columns.names();
  }

  private static void rows(CsvRows rows, CsvTable table, Sink sink) throws IOException {
    while (true) {
      switch (rows.read()) {
        case CsvRows.Read.Nothing _ -> {
          return;
        }
        case CsvRows.Read.Broken broken ->
            sink.broken(broken.line(), "malformed", broken.why(), new Row.Raw.Text(broken.text()));
        case CsvRows.Read.Cells cells when cells.isBlank() -> {}
        case CsvRows.Read.Cells cells -> table.row(cells, sink);
      }
    }
  }

  /** What the header has most of outside of quotation marks, of commas, semicolons, tabs, bars. */
  private static char separator(String header) {
    char most = SEPARATORS.charAt(0);
    long count = -1;
    for (int k = 0; k < SEPARATORS.length(); k++) {
      char each = SEPARATORS.charAt(k);
      boolean quoted = false;
      long found = 0;
      for (int i = 0; i < header.length(); i++) {
        char c = header.charAt(i);
        quoted ^= c == '"';
        found += !quoted && c == each ? 1 : 0;
      }
      if (found > count) {
        count = found;
        most = each;
      }
    }
    return most;
  }
}
