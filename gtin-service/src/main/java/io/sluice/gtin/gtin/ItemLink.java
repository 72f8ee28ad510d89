package io.sluice.gtin.gtin;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A link to a resolver that is one from its first character to its last (GS1 Digital Link, "URI
 * Syntax"): {@code /01/}, a number, and behind it 22, 10 and 21, or 235, in this order and each
 * with a value. {@link GtinReader} finds the number in anybody's address; a resolver answers for
 * the whole of its own.
 */
public sealed interface ItemLink {
  /**
   * A link to an item, or to one lot or piece of it.
   *
   * @param qualifiers their values by their keys, in order
   */
  record Of(Gtin gtin, Map<String, String> qualifiers) implements ItemLink {
    /** The path as it is written anew: {@code /01/09521000000018/10/A%2F1}. */
    public String path() {
      StringBuilder path = new StringBuilder("/01/").append(gtin.text());
      qualifiers.forEach(
          (key, value) ->
              path.append('/')
                  .append(key)
                  .append('/')
                  .append(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20")));
      return path.toString();
    }
  }

  /** No such link. */
  record Broken(Refusal code, String detail) implements ItemLink {}

  /** CPV, lot and serial number; or TPX. */
  List<List<String>> QUALIFIERS = List.of(List.of("22", "10", "21"), List.of("235"));

  int MOST_CHARACTERS = 20;
  int MOST_OF_235 = 28;

  /**
   * The characters of a value (GS1 General Specifications, "GS1 AI encodable character set 82").
   */
  Pattern VALUE = Pattern.compile("[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]+");

  /**
   * Reads one.
   *
   * @param path as it was sent, percent-encoded; one slash at its end is none
   * @param query as it was sent; null for none
   */
  static ItemLink read(String path, @Nullable String query) {
    String address = "https://id.gs1.org" + path + (query == null ? "" : "?" + query);
    return switch (GtinReader.read(address)) {
      case Reading.Refused refused -> new Broken(refused.code(), refused.detail());
      case Reading.Several several ->
          new Broken(Refusal.MALFORMED, "found a link that can be to " + several.text());
      case Reading.One one when path.startsWith("/01/") -> qualified(one.gtin(), path);
      case Reading.One one when path.lastIndexOf('/') == 0 -> packed(one.gtin(), path);
      case Reading.One _ -> malformed(path);
    };
  }

  /** All of it has to be understood, to its last bit. */
  private static ItemLink packed(Gtin gtin, String path) {
    Map<String, String> values = PackedLink.values(path.substring(1));
    if (!gtin.text().equals(values.get("01"))) {
      return malformed(path);
    }
    Map<String, String> qualifiers = new LinkedHashMap<>();
    for (List<String> order : QUALIFIERS) {
      for (String key : order) {
        String value = values.get(key);
        if (value != null && !value.isEmpty()) {
          qualifiers.put(key, value);
        }
      }
    }
    return new Of(gtin, qualifiers);
  }

  private static ItemLink qualified(Gtin gtin, String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.substring(1).replaceFirst("/$", "").split("/", -1)) {
      String decoded = DigitalLink.decoded(segment);
      segments.add(decoded == null ? "" : decoded);
    }
    Map<String, String> qualifiers = new LinkedHashMap<>();
    for (int i = 2; i < segments.size(); i += 2) {
      String key = segments.get(i);
      String value = i + 1 < segments.size() ? segments.get(i + 1) : "";
      int most = key.equals("235") ? MOST_OF_235 : MOST_CHARACTERS;
      if (value.length() > most
          || !VALUE.matcher(value).matches()
          || qualifiers.put(key, value) != null) {
        return malformed(path);
      }
    }
    boolean inOrder =
        QUALIFIERS.stream()
            .anyMatch(
                order ->
                    order.stream()
                        .filter(qualifiers::containsKey)
                        .toList()
                        .equals(List.copyOf(qualifiers.keySet())));
    boolean number = segments.size() > 1 && segments.get(1).matches("[0-9]+");
    return inOrder && number ? new Of(gtin, qualifiers) : malformed(path);
  }

  private static Broken malformed(String path) {
    return new Broken(
        Refusal.MALFORMED,
        "found "
            + Quoted.of(path)
            + ", expected /01/, a GTIN, and behind it /22/…, /10/… and /21/…, or /235/…");
  }
}
