package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Attributes;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Forms;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The links of an item (RFC 9264 section 4.2; GS1-Conformant Resolver Standard, "Linkset"). Each
 * leads to what it says: the address names the form, and the item exists.
 */
final class Linkset {
  static final String VOCABULARY = "https://ref.gs1.org/voc/";
  static final String CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context";

  private static final String PREFIX = "gs1:";
  private static final String DEFAULT = "defaultLink";
  private static final String LOT = "10";
  private static final String SERIAL = "21";

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

  /** A link to something of an item. */
  record Target(String href, String title, String lang, String media) {
    JsonObject json() {
      JsonObject json = new JsonObject().put("href", href).put("title", title);
      if (!media.isEmpty()) {
        json.put("type", media);
      }
      if (!lang.isEmpty()) {
        json.put("hreflang", new JsonArray().add(lang));
      }
      return json;
    }
  }

  /**
   * All links that are for what a Digital Link names: its item's, and its own lot's and piece's. Of
   * one type the item's own come in the place of this service's.
   */
  private static Map<String, List<Target>> targets(Item item, Map<String, String> qualifiers) {
    Map<String, List<Target>> targets = new LinkedHashMap<>();
    Map<String, Integer> closest = new HashMap<>();
    for (Attributes.Link link : Attributes.links(item.attributes())) {
      int closeness = link.fits(qualifiers.get(LOT), qualifiers.get(SERIAL));
      String type = address(link.type());
      if (closeness < 0 || closeness < closest.getOrDefault(type, 0)) {
        continue;
      }
      if (closeness > closest.getOrDefault(type, 0)) {
        // A link for this very lot or piece is wanted more than one for all.
        targets.remove(type);
      }
      closest.put(type, closeness);
      targets
          .computeIfAbsent(type, none -> new ArrayList<>())
          .add(
              new Target(
                  link.href(),
                  link.title().isEmpty() ? item.name() : link.title(),
                  link.lang(),
                  link.media()));
    }
    String own = Answers.path(item.gtin());
    targets.computeIfAbsent(
        VOCABULARY + DEFAULT, type -> List.of(new Target(own, item.name(), "", "")));
    TYPES.forEach(
        (name, form) ->
            targets.computeIfAbsent(
                VOCABULARY + name,
                type ->
                    List.of(
                        new Target(
                            own + "?format=" + form.format(), item.name(), "", form.type()))));
    return targets;
  }

  /** A type as its address in the vocabulary, in whichever spelling it comes. */
  private static String address(String type) {
    if (type.startsWith(PREFIX)) {
      return VOCABULARY + type.substring(PREFIX.length());
    }
    return type.indexOf(':') < 0 ? VOCABULARY + type : type;
  }

  /**
   * Where a link of a type leads: the one that fits the client best, or all that do so equally;
   * empty where there is none.
   *
   * @param type in either spelling: {@code gs1:pip}, or its address in the vocabulary
   * @param language of Accept-Language; null for any
   * @param accept of Accept; null for any
   */
  static List<Target> of(
      Item item,
      Map<String, String> qualifiers,
      String type,
      @Nullable String language,
      @Nullable String accept) {
    List<Target> all = targets(item, qualifiers).getOrDefault(address(type), List.of());
    List<Target> spoken = inLanguage(all, language);
    double best = spoken.stream().mapToDouble(target -> liked(target, accept)).max().orElse(0);
    return spoken.stream().filter(target -> liked(target, accept) == best).toList();
  }

  /** Of what nothing is known a little is expected. */
  private static double liked(Target target, @Nullable String accept) {
    return target.media.isEmpty() ? 0.001 : Representation.quality(accept, target.media);
  }

  /** In the first language that there is one in; else those of none, else all. */
  private static List<Target> inLanguage(List<Target> all, @Nullable String accepted) {
    List<Locale.LanguageRange> ranges;
    try {
      ranges = Locale.LanguageRange.parse(accepted == null ? "*" : accepted);
    } catch (IllegalArgumentException malformed) {
      ranges = List.of();
    }
    for (Locale.LanguageRange range : ranges) {
      String wanted = range.getWeight() > 0 ? range.getRange() : "-";
      List<Target> spoken =
          all.stream()
              .filter(
                  target ->
                      !target.lang.isEmpty()
                          && (target.lang.equalsIgnoreCase(wanted)
                              || target.lang.toLowerCase(Locale.ROOT).startsWith(wanted + "-")
                              || wanted.startsWith(target.lang.toLowerCase(Locale.ROOT) + "-")))
              .toList();
      if (!spoken.isEmpty()) {
        return spoken;
      }
    }
    List<Target> silent = all.stream().filter(target -> target.lang.isEmpty()).toList();
    return silent.isEmpty() ? all : silent;
  }

  /** All links of an item, with one default link. */
  static JsonObject of(Item item) {
    return of(item, Map.of());
  }

  /** All links for what a Digital Link names. */
  static JsonObject of(Item item, Map<String, String> qualifiers) {
    JsonObject links = new JsonObject().put("anchor", Forms.digitalLink(item.gtin()));
    targets(item, qualifiers)
        .forEach(
            (type, targets) -> {
              JsonArray list = new JsonArray();
              targets.forEach(target -> list.add(target.json()));
              links.put(type, list);
            });
    return new JsonObject().put("@context", CONTEXT).put("linkset", new JsonArray().add(links));
  }
}
