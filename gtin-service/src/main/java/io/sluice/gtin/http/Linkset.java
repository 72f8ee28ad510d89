package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Forms;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The links of an item (RFC 9264 section 4.2; GS1-Conformant Resolver Standard, "Linkset"). Each
 * leads to what it says: the address names the form, and the item exists.
 */
final class Linkset {
  static final String VOCABULARY = "https://ref.gs1.org/voc/";
  static final String CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context";

  private static final String PREFIX = "gs1:";
  private static final String DEFAULT = "defaultLink";

  /** What there are links to, and in which form. */
  private static final Map<String, Representation> TYPES = types();

  private Linkset() {}

  private static Map<String, Representation> types() {
    Map<String, Representation> types = new LinkedHashMap<>();
    types.put("pip", Representation.HTML);
    types.put("masterData", Representation.JSON_LD);
    return types;
  }

  /** The types' short names: {@code gs1:pip}. */
  static JsonArray types(String prefix) {
    JsonArray names = new JsonArray();
    TYPES.keySet().forEach(name -> names.add(prefix + name));
    return names;
  }

  /**
   * Where a link of a type leads; empty where there is none.
   *
   * @param type in either spelling: {@code gs1:pip}, or its address in the vocabulary
   */
  static Optional<String> target(Item item, String type) {
    String name =
        type.startsWith(VOCABULARY)
            ? type.substring(VOCABULARY.length())
            : type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
    if (name.equals(DEFAULT)) {
      return Optional.of(Answers.path(item.gtin()));
    }
    return Optional.ofNullable(TYPES.get(name)).map(form -> target(item, form));
  }

  private static String target(Item item, Representation form) {
    return Answers.path(item.gtin()) + "?format=" + form.format();
  }

  /** With one default link, which has a title alone. */
  static JsonObject of(Item item) {
    JsonObject links =
        new JsonObject()
            .put("anchor", Forms.digitalLink(item.gtin()))
            .put(
                VOCABULARY + DEFAULT,
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("href", Answers.path(item.gtin()))
                            .put("title", item.name())));
    TYPES.forEach(
        (name, form) ->
            links.put(
                VOCABULARY + name,
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("href", target(item, form))
                            .put("title", item.name())
                            .put("type", form.type()))));
    return new JsonObject().put("@context", CONTEXT).put("linkset", new JsonArray().add(links));
  }
}
