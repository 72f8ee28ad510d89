package io.sluice.gtin.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rows of JSON, each of which is an object, whose members are the columns. A name may be in several
 * languages, as Open Food Facts has it: {@code [{"lang": "main", "text": "Oats"}, …]}.
 */
final class JsonRows {
  private static final Pattern LINE_END = Pattern.compile("\\s*[\\r\\n]+\\s*");
  private static final List<String> LANGUAGES = List.of("main", "en", "");

  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(JsonTexts.MOST_CHARACTERS)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build()
          .readerForMapOf(Object.class);

  /** As many kinds of objects as a file may reasonably have; of more, each is looked at anew. */
  private static final int KINDS = 256;

  private final Map<Column, String> named;

  /** What names mean, by the names: objects of one file are mostly alike. */
  private final Map<List<String>, Columns> kinds = new HashMap<>();

  JsonRows(Map<Column, String> named) {
    this.named = named;
  }

  void read(JsonTexts texts, RowReader.Sink sink) throws IOException {
    for (JsonTexts.Text text = texts.next(); text != null; text = texts.next()) {
      if (!text.wrong().isEmpty()) {
        broken(texts, text, text.wrong(), sink);
      } else if (!text.text().isBlank()) {
        row(texts, text, sink);
      }
    }
  }

  private static void broken(JsonTexts texts, JsonTexts.Text text, String why, RowReader.Sink sink)
      throws IOException {
    String left = texts.giveUp(text).replace(TextFile.NO_TEXT, '\ufffd');
    sink.broken(text.line(), "malformed", why, new Row.Raw.Text(left));
  }

  private void row(JsonTexts texts, JsonTexts.Text text, RowReader.Sink sink) throws IOException {
    Map<String, Object> object;
    try {
      object = JSON.readValue(text.text());
    } catch (JsonProcessingException notJson) {
      String why =
          notJson
              .getOriginalMessage()
              .replaceFirst("^Trailing token.*", "there is more behind a value");
      broken(texts, text, "found no JSON object: " + why, sink);
      return;
    }
    if (object == null) {
      broken(texts, text, "found no JSON object: null", sink);
      return;
    }
    row(text.line(), object, new Row.Raw.Text(oneLine(text.text())), sink);
  }

  /** As JSON Lines has it; in an object, line ends stand between values only. */
  static String oneLine(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
        ? text
        : LINE_END.matcher(text).replaceAll(" ");
  }

  private void row(long number, Map<String, Object> object, Row.Raw raw, RowReader.Sink sink)
      throws IOException {
    Columns columns;
    try {
      columns = columns(List.copyOf(object.keySet()));
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

  private Columns columns(List<String> names) throws NoRows {
    Columns known = kinds.get(names);
    if (known != null) {
      return known;
    }
    Columns columns = Columns.of(names, named);
    columns.check(names);
    if (kinds.size() < KINDS) {
      kinds.put(names, columns);
    }
    return columns;
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
}
