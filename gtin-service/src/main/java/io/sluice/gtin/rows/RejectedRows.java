package io.sluice.gtin.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows that were not taken so that they can be mended and read again: CSV with the file's
 * own columns behind why each was rejected, or JSON Lines with that as one more member.
 */
public final class RejectedRows {
  /** Behind blanks: what spreadsheets begin a formula with, in the wide forms of East Asia too. */
  private static final Pattern FORMULA =
      Pattern.compile("^(?:[\\t\\r]|\\s*[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20])");

  private static final String MEMBER = "rejected";
  private static final JsonMapper JSON = new JsonMapper();

  /** What stands before a file's own columns. */
  private static final List<String> WHY = List.of("line", "code", "detail", "text");

  private final Writer out;
  private boolean json;
  private int passedOver;

  /**
   * @param out closed by whoever opened it
   */
  public RejectedRows(Writer out) {
    this.out = out;
  }

  /**
   * Writes what stands first.
   *
   * @param header as {@link RowReader.Sink#begin} has it; of what was rejected before, why that was
   *     is not written again
   */
  public void begin(List<String> header) throws IOException {
    json = header.isEmpty();
    if (!json) {
      passedOver = isHeader(header) ? WHY.size() : 0;
      StringBuilder line = new StringBuilder();
      WHY.forEach(name -> line.append(RowReader.REJECTED).append(name).append(','));
      append(own(header).stream().map(RejectedRows::exactly).toList(), line);
      out.append(line).append('\n');
    }
  }

  /** Whether a header is one of what was rejected before. */
  static boolean isHeader(List<String> header) {
    return header.size() >= WHY.size()
        && header
            .subList(0, WHY.size())
            .equals(WHY.stream().map(name -> RowReader.REJECTED + name).toList());
  }

  /**
   * The text of a row whose cells nobody knew, where it has not been parted into them; or nothing.
   */
  static String text(List<String> cells) {
    boolean mended =
        cells.size() > WHY.size()
            && cells.subList(WHY.size(), cells.size()).stream().anyMatch(cell -> !cell.isBlank());
    return mended || cells.size() < WHY.size() ? "" : cells.get(WHY.size() - 1);
  }

  private List<String> own(List<String> cells) {
    return cells.subList(Math.min(passedOver, cells.size()), cells.size());
  }

  private static void append(List<String> cells, StringBuilder into) {
    into.append(String.join(",", cells));
  }

  public void add(long line, String code, String detail, Row.Raw raw) throws IOException {
    if (json) {
      addJson(line, code, detail, raw);
      return;
    }
    StringBuilder row =
        new StringBuilder()
            .append(line)
            .append(',')
            .append(code)
            .append(',')
            .append(harmless(detail))
            .append(',');
    switch (raw) {
      case Row.Raw.Text text -> row.append(harmless(text.text()));
      case Row.Raw.Cells cells ->
          append(own(cells.cells()).stream().map(RejectedRows::harmless).toList(), row.append(','));
    }
    out.append(row).append('\n');
  }

  private void addJson(long line, String code, String detail, Row.Raw raw) throws IOException {
    String text = raw instanceof Row.Raw.Text one ? one.text().strip() : "";
    String why =
        "\":{\"line\":" + line + ",\"code\":" + quoted(code) + ",\"detail\":" + quoted(detail);
    Map<?, ?> object = object(text);
    if (object == null || object.isEmpty()) {
      out.append("{\"" + MEMBER + why + ",\"text\":" + quoted(text) + "}}\n");
    } else if (object.get(MEMBER) instanceof Map<?, ?> before && before.containsKey("detail")) {
      out.append(text).append('\n');
    } else {
      String member = object.containsKey(MEMBER) ? MEMBER + "_row" : MEMBER;
      out.append("{\"" + member + why + "},").append(text, 1, text.length()).append('\n');
    }
  }

  private static @Nullable Map<?, ?> object(String text) {
    try {
      return JSON.readValue(text, Map.class);
    } catch (JsonProcessingException none) {
      return null;
    }
  }

  private static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  /** With an apostrophe before what a spreadsheet would take for a formula. */
  public static String harmless(String text) {
    return exactly(FORMULA.matcher(text).find() ? "'" + text : text);
  }

  /** As it is, for programs. */
  public static String exactly(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  /** The text before {@link #harmless} put an apostrophe to it. */
  static String exact(String cell) {
    return cell.startsWith("'") && FORMULA.matcher(cell.substring(1)).find()
        ? cell.substring(1)
        : cell;
  }
}
