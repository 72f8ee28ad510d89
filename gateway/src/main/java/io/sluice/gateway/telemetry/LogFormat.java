package io.sluice.gateway.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How an exchange is written: as JSON, as Apache's {@code common} and {@code combined} have it, or
 * by a template. A line of text never holds a control character, a quote or a backslash of somebody
 * else's, but {@code \\xHH}. One thread.
 */
public sealed interface LogFormat {
  /** One JSON object. */
  LogFormat JSON = new Json();

  /** Appends an entry and a line end. */
  void append(AccessEntry entry, StringBuilder line);

  /**
   * The format of a name, or of a text with {@code {field}}s.
   *
   * @throws IllegalArgumentException when it names a field that no line has
   */
  static LogFormat of(String text) {
    return switch (text) {
      case "json" -> JSON;
      case "common" -> Template.of(Template.COMMON);
      case "combined" -> Template.of(Template.COMBINED);
      default -> Template.of(text);
    };
  }

  /** JSON. */
  record Json() implements LogFormat {
    @Override
    public void append(AccessEntry entry, StringBuilder line) {
      entry.appendTo(line);
    }
  }

  /** Texts and fields in turn, which begins and ends with a text. */
  record Template(List<String> texts, List<Function<AccessEntry, String>> fields)
      implements LogFormat {
    static final String COMMON =
        "{client} - {user} [{apache_time}] \"{method} {path} {protocol}\" {status} {bytes_out}";
    static final String COMBINED = COMMON + " \"{referer}\" \"{user_agent}\"";

    static Template of(String text) {
      List<String> texts = new ArrayList<>();
      List<Function<AccessEntry, String>> fields = new ArrayList<>();
      int from = 0;
      for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
        int close = text.indexOf('}', open);
        String name = close < 0 ? text.substring(open + 1) : text.substring(open + 1, close);
        Function<AccessEntry, String> field = LogFields.written(name);
        if (field == null || close < 0) {
          throw new IllegalArgumentException(
              "found {" + name + "}, expected one of " + LogFields.names());
        }
        texts.add(text.substring(from, open));
        fields.add(field);
        from = close + 1;
      }
      if (fields.isEmpty()) {
        throw new IllegalArgumentException(
            "found \""
                + text
                + "\", expected json, common, combined, or a text with {field}s of "
                + LogFields.names());
      }
      texts.add(text.substring(from));
      return new Template(List.copyOf(texts), List.copyOf(fields));
    }

    @Override
    public void append(AccessEntry entry, StringBuilder line) {
      for (int i = 0; i < fields.size(); i++) {
        line.append(texts.get(i));
        String value = fields.get(i).apply(entry);
        if (value.isEmpty()) {
          line.append('-');
        }
        escape(value, line);
      }
      line.append(texts.getLast()).append('\n');
    }

    private static void escape(String value, StringBuilder line) {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
          line.append(String.format("\\x%02X", (int) c));
        } else {
          line.append(c);
        }
      }
    }
  }
}
