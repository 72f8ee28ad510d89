package io.sluice.gateway.telemetry;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  record Template(List<String> texts, List<Function<AccessEntry, Object>> fields)
      implements LogFormat {
    static final String COMMON =
        "{client} - {user} [{apache_time}] \"{method} {path} {protocol}\" {status} {bytes_out}";
    static final String COMBINED = COMMON + " \"{referer}\" \"{user_agent}\"";

    private static final DateTimeFormatter APACHE =
        DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Map<String, Function<AccessEntry, Object>> FIELDS = fieldsOfLines();

    private static Map<String, Function<AccessEntry, Object>> fieldsOfLines() {
      Map<String, Function<AccessEntry, Object>> fields = new LinkedHashMap<>();
      fields.put("time", entry -> Instant.ofEpochMilli(entry.epochMillis()));
      fields.put("apache_time", entry -> APACHE.format(Instant.ofEpochMilli(entry.epochMillis())));
      fields.put("client", AccessEntry::client);
      fields.put("listener", AccessEntry::listener);
      fields.put("frontend", AccessEntry::frontend);
      fields.put("backend", AccessEntry::backend);
      fields.put("endpoint", AccessEntry::endpoint);
      fields.put("method", AccessEntry::method);
      fields.put("host", AccessEntry::host);
      fields.put("path", AccessEntry::path);
      fields.put("protocol", AccessEntry::protocol);
      fields.put("status", AccessEntry::status);
      fields.put("bytes_in", AccessEntry::bytesIn);
      fields.put("bytes_out", AccessEntry::bytesOut);
      fields.put("duration_ms", entry -> millis(entry.durationNanos()));
      fields.put("upstream_ms", entry -> millis(entry.upstreamNanos()));
      fields.put("attempts", AccessEntry::attempts);
      fields.put("reason", AccessEntry::reason);
      fields.put("request_id", AccessEntry::requestId);
      fields.put("user_agent", AccessEntry::userAgent);
      fields.put("referer", AccessEntry::referer);
      fields.put("tls", AccessEntry::tls);
      fields.put("user", AccessEntry::user);
      fields.put("stage", AccessEntry::stage);
      return fields;
    }

    private static String millis(long nanos) {
      return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }

    static Template of(String text) {
      List<String> texts = new ArrayList<>();
      List<Function<AccessEntry, Object>> fields = new ArrayList<>();
      int from = 0;
      for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
        int close = text.indexOf('}', open);
        String name = close < 0 ? text.substring(open + 1) : text.substring(open + 1, close);
        Function<AccessEntry, Object> field = FIELDS.get(name);
        if (field == null || close < 0) {
          throw new IllegalArgumentException(
              "found {" + name + "}, expected one of " + FIELDS.keySet());
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
                + FIELDS.keySet());
      }
      texts.add(text.substring(from));
      return new Template(List.copyOf(texts), List.copyOf(fields));
    }

    @Override
    public void append(AccessEntry entry, StringBuilder line) {
      for (int i = 0; i < fields.size(); i++) {
        line.append(texts.get(i));
        String value = fields.get(i).apply(entry).toString();
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
