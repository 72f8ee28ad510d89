package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A header's value with things of the exchange in it, such as {@code {client.ip}}.
 *
 * @param parts in order
 */
public record ValueTemplate(List<Part> parts) {
  /** What may stand in braces. */
  public enum Variable {
    CLIENT_IP,
    REQUEST_HOST,
    REQUEST_PATH,
    REQUEST_METHOD,
    REQUEST_ID,
    TLS_VERSION,
    REQUEST_HEADER;

    private final String written = name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /** A piece of the value. */
  public sealed interface Part {
    /** As it stands. */
    record Text(String text) implements Part {}

    /**
     * Something of the exchange; nothing where it has none.
     *
     * @param header whose first value it is, for REQUEST_HEADER
     */
    record Of(Variable variable, String header) implements Part {}
  }

  private static final String EXPECTED =
      "{client.ip}, {request.host}, {request.path}, {request.method}, {request.id}, {tls.version}"
          + " or {request.header.<name>}";

  /** Reads one; {@code json} and {@code name} say where it stands. */
  static ValueTemplate read(JsonRecord json, String name, String text) throws JsonRecord.BadValue {
    if (!text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))
        || !text.equals(text.strip())) {
      throw json.bad(
          name, "\"" + text + "\"", "a value of visible ASCII, without blanks at its ends");
    }
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      int close = open < 0 ? -1 : text.indexOf('}', open);
      if (close < 0) {
        parts.add(new Part.Text(text.substring(at)));
        break;
      }
      if (open > at) {
        parts.add(new Part.Text(text.substring(at, open)));
      }
      parts.add(of(json, name, text.substring(open + 1, close)));
      at = close + 1;
    }
    return new ValueTemplate(List.copyOf(parts));
  }

  private static Part of(JsonRecord json, String name, String written) throws JsonRecord.BadValue {
    for (Variable variable : Variable.values()) {
      if (variable != Variable.REQUEST_HEADER && variable.written.equals(written)) {
        return new Part.Of(variable, "");
      }
    }
    String header = Source.header(written);
    if (header.isEmpty()) {
      throw json.bad(name, "{" + written + "}", EXPECTED);
    }
    return new Part.Of(Variable.REQUEST_HEADER, header);
  }
}
