package io.sluice.gtin.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of JSON Lines: an object a line, whose members are the columns. A name may be in several
 * languages, as Open Food Facts has it: {@code [{"lang": "main", "text": "Oats"}, …]}.
 */
final class JsonRows {
  private static final int MOST_LINE = 1 << 20;
  private static final List<String> LANGUAGES = List.of("main", "en", "");

  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(MOST_LINE).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build()
          .readerForMapOf(Object.class);

  private final Map<Column, String> named;

  JsonRows(Map<Column, String> named) {
    this.named = named;
  }

  void read(BufferedReader source, RowReader.Sink sink) throws IOException {
    long number = 0;
    for (String line = line(source); line != null; line = line(source)) {
      number++;
      Row.Raw raw = new Row.Raw.Text(line);
      if (line.indexOf(TextFile.NO_TEXT) >= 0) {
        sink.broken(
            number,
            "malformed",
            TextFile.WRONG_ENCODING,
            new Row.Raw.Text(line.replace(TextFile.NO_TEXT, '\ufffd')));
      } else if (line.length() > MOST_LINE) {
        sink.broken(
            number, "malformed", "found more than " + MOST_LINE + " characters in one line", raw);
      } else if (!line.isBlank()) {
        row(number, line, raw, sink);
      }
    }
  }

  private void row(long number, String line, Row.Raw raw, RowReader.Sink sink) throws IOException {
    Map<String, Object> object;
    try {
      object = JSON.readValue(line);
    } catch (JsonProcessingException notJson) {
      sink.broken(
          number,
          "malformed",
          "found no JSON object: "
              + notJson
                  .getOriginalMessage()
                  .replaceFirst("^Trailing token.*", "there is more behind a value"),
          raw);
      return;
    }
    if (object == null) {
      sink.broken(number, "malformed", "found no JSON object: null", raw);
      return;
    }
    Columns columns;
    try {
      List<String> names = List.copyOf(object.keySet());
      columns = Columns.of(names, named);
      columns.check(names);
    } catch (NoRows unknown) {
      sink.broken(number, "columns", String.valueOf(unknown.getMessage()), raw);
      return;
    }
    Set<Object> gtins = new LinkedHashSet<>();
    for (String name : columns.counted(Column.GTIN)) {
      Object value = object.get(name);
      if (value != null && !value.toString().isBlank()) {
        gtins.add(value instanceof Number ? value.toString() : value);
      }
    }
    sink.row(
        new Row(
            number,
            List.copyOf(gtins),
            value(object, columns, Column.NAME),
            value(object, columns, Column.BRAND),
            value(object, columns, Column.CATEGORY),
            value(object, columns, Column.ATTRIBUTES),
            raw));
  }

  private static @Nullable Object value(
      Map<String, Object> object, Columns columns, Column column) {
    for (String name : columns.counted(column)) {
      Object value = object.get(name);
      if (value != null && !value.equals("")) {
        return value instanceof List<?> list && column != Column.ATTRIBUTES
            ? inOneLanguage(list)
            : value;
      }
    }
    return null;
  }

  /** The text of the first language of those that matter; what is no list of texts stays one. */
  private static Object inOneLanguage(List<?> list) {
    List<String> texts = new ArrayList<>();
    for (String language : LANGUAGES) {
      for (Object each : list) {
        if (!(each instanceof Map<?, ?> map) || !(map.get("lang") instanceof String lang)) {
          return list;
        }
        if ((language.isEmpty() || language.equals(lang))
            && map.get("text") instanceof String text) {
          texts.add(text);
        }
      }
    }
    return texts.isEmpty() ? list : texts.getFirst();
  }

  /** The next line, of one that is too long its beginning; null at the end. */
  private static @Nullable String line(BufferedReader source) throws IOException {
    int c = source.read();
    if (c < 0) {
      return null;
    }
    StringBuilder line = new StringBuilder(256);
    for (; c >= 0 && c != '\n' && c != '\r'; c = source.read()) {
      if (line.length() <= MOST_LINE) {
        line.append((char) c);
      }
    }
    if (c == '\r') {
      source.mark(1);
      if (source.read() != '\n') {
        source.reset();
      }
    }
    return line.toString();
  }
}
