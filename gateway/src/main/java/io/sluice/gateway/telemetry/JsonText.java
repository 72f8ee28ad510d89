package io.sluice.gateway.telemetry;

/** Texts inside of JSON's quotes (RFC 8259 section 7), in plain ASCII. */
public final class JsonText {
  private JsonText() {}

  /** Appends a text, escaped; the quotes are the caller's. */
  public static void append(StringBuilder json, CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c >= 0x7f) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
  }
}
