package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code compress}: responses in a coding that the client takes (RFC 9110 section 12.5.3).
 *
 * @param encodings in the order of preference, where the client has none
 * @param minBytes shorter ones stay as they are
 * @param types media types, such as {@code text/*}
 */
public record Compress(List<Encoding> encodings, long minBytes, List<String> types)
    implements Middleware.Spec {
  /** The codings that there are. */
  public enum Encoding {
    BR,
    ZSTD,
    GZIP;

    /** As HTTP names it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final long LEAST = 1_024;
  private static final List<String> TYPES =
      List.of(
          "text/*",
          "application/json",
          "application/*+json",
          "application/javascript",
          "application/xml",
          "application/*+xml",
          "application/wasm",
          "image/svg+xml");

  static Compress read(JsonRecord json) throws JsonRecord.BadValue {
    List<Encoding> encodings = new ArrayList<>();
    for (String text : json.strings("Encodings")) {
      encodings.add(encoding(json, text));
    }
    List<String> types = new ArrayList<>();
    for (String type : json.strings("Types")) {
      if (!type.matches("[!#$&^_.+*0-9A-Za-z-]+/[!#$&^_.+*0-9A-Za-z-]+")) {
        throw json.bad(
            "Types", "\"" + type + "\"", "media types such as text/* or application/json");
      }
      types.add(type.toLowerCase(Locale.ROOT));
    }
    return new Compress(
        encodings.isEmpty() ? List.of(Encoding.values()) : List.copyOf(encodings),
        json.integer("MinBytes", LEAST, 0, Long.MAX_VALUE),
        types.isEmpty() ? TYPES : List.copyOf(types));
  }

  private static Encoding encoding(JsonRecord json, String text) throws JsonRecord.BadValue {
    for (Encoding encoding : Encoding.values()) {
      if (encoding.text().equals(text)) {
        return encoding;
      }
    }
    throw json.bad("Encodings", "\"" + text + "\"", "br, zstd or gzip");
  }
}
