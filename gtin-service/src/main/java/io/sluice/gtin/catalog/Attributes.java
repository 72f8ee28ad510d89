package io.sluice.gtin.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gtin.gtin.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What else is known of an item: a JSON object of any members. A few of them mean something here
 * and are checked: {@code names} by language, {@code netContent}, {@code image}, {@code gpc} (the
 * brick of GS1's Global Product Classification), {@code status}, and {@code links} of the item's
 * own.
 */
public final class Attributes {
  /** As text. */
  public static final int MOST_CHARACTERS = 16 * 1024;

  private static final int MOST_LINKS = 100;

  /** What is answered nests them a little deeper, and must be written by anybody. */
  private static final int MOST_DEEP = 32;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*");
  private static final Pattern LINK_TYPE =
      Pattern.compile("gs1:[A-Za-z]{1,60}|https?://[^\\s<>\"]{1,200}");

  private Attributes() {}

  /**
   * A link of an item's own (GS1-Conformant Resolver Standard, "Links").
   *
   * @param type {@code gs1:recipeInfo}, or another vocabulary's address
   * @param href where it leads, an absolute address
   * @param title for people; empty for none
   * @param lang in which language; empty where that does not matter
   * @param media what is there, such as text/html; empty where nothing is said
   * @param lot for this lot alone; empty for all
   * @param serial for the piece with this number alone; empty for all
   */
  public record Link(
      String type,
      String href,
      String title,
      String lang,
      String media,
      String lot,
      String serial) {
    /** Whether it is for what a Digital Link names, and for how much of that it is made. */
    public int fits(@Nullable String lot, @Nullable String serial) {
      boolean fits =
          (this.lot.isEmpty() || this.lot.equals(lot))
              && (this.serial.isEmpty() || this.serial.equals(serial));
      return fits ? (this.lot.isEmpty() ? 0 : 1) + (this.serial.isEmpty() ? 0 : 2) : -1;
    }
  }

  /**
   * As text.
   *
   * @param value an object, or null for none
   * @throws ItemFields.Bad when it is none, or a member that means something is not as it has to be
   */
  static String text(@Nullable Object value) throws ItemFields.Bad {
    if (value == null) {
      return "";
    }
    if (!(value instanceof Map<?, ?> object)) {
      throw bad("found " + Quoted.of(value) + ", expected an object");
    }
    if (depth(object) > MOST_DEEP) {
      throw bad("found objects in each other more than " + MOST_DEEP + " deep, expected fewer");
    }
    check(object);
    String text;
    try {
      text = object.isEmpty() ? "" : JSON.writeValueAsString(object);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
    if (!ItemFields.isText(text)) {
      throw bad("found half of a surrogate pair, expected text without it");
    }
    if (text.length() > MOST_CHARACTERS) {
      throw bad("found " + text.length() + " characters, expected at most " + MOST_CHARACTERS);
    }
    return text;
  }

  private static int depth(@Nullable Object value) {
    Collection<?> inside =
        switch (value) {
          case Map<?, ?> map -> map.values();
          case List<?> list -> list;
          case null, default -> null;
        };
    if (inside == null) {
      return 0;
    }
    int deepest = 0;
    for (Object each : inside) {
      deepest = Math.max(deepest, depth(each));
    }
    return deepest + 1;
  }

  /** The object that a cell of CSV has. */
  static Object ofCell(String cell) throws ItemFields.Bad {
    try {
      return JSON.readValue(cell, Object.class);
    } catch (JsonProcessingException notJson) {
      throw bad("found " + Quoted.of(cell) + ", expected a JSON object");
    }
  }

  /** The object of an item that has one. */
  public static Map<String, Object> object(String text) {
    try {
      return text.isEmpty() ? Map.of() : JSON.readValue(text, new TypeReference<>() {});
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The item's own links. */
  public static List<Link> links(String text) {
    List<Link> links = new ArrayList<>();
    if (!text.isEmpty() && object(text).get("links") instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> link) {
          links.add(
              new Link(
                  of(link, "type"),
                  of(link, "href"),
                  of(link, "title"),
                  of(link, "lang"),
                  of(link, "media"),
                  of(link, "lot"),
                  of(link, "serial")));
        }
      }
    }
    return links;
  }

  private static String of(Map<?, ?> link, String member) {
    return link.get(member) instanceof String text ? text : "";
  }

  /** What a member that means something has to be; it is asked for one that is there. */
  private interface Rule {
    boolean holds(Object value);
  }

  /** A member with its rule. */
  private record Known(String expected, Rule rule) {}

  private static final Map<String, Known> KNOWN =
      Map.of(
          "names",
          new Known("texts by language (BCP 47), as {\"fr\": \"Avoine\"}", Attributes::areNames),
          "netContent",
          new Known(
              "{\"value\": 200, \"unit\": \"g\"}",
              value ->
                  value instanceof Map<?, ?> amount
                      && amount.get("value") instanceof Number
                      && amount.get("unit") instanceof String),
          "image",
          new Known("an http address", Attributes::isAddress),
          "gpc",
          new Known("the 8 digits of a brick", value -> value.toString().matches("[0-9]{8}")),
          "status",
          new Known("a text", value -> value instanceof String),
          "links",
          new Known(
              "at most "
                  + MOST_LINKS
                  + " of {\"type\": \"gs1:recipeInfo\", \"href\": \"https://…\"}, all texts",
              Attributes::areLinks));

  private static void check(Map<?, ?> object) throws ItemFields.Bad {
    for (Map.Entry<String, Known> known : KNOWN.entrySet()) {
      Object value = object.get(known.getKey());
      if (value != null && !known.getValue().rule.holds(value)) {
        throw bad(
            known.getKey()
                + ": found "
                + Quoted.of(value)
                + ", expected "
                + known.getValue().expected);
      }
    }
  }

  private static boolean areNames(Object names) {
    return names instanceof Map<?, ?> byLanguage
        && byLanguage.entrySet().stream()
            .allMatch(
                each ->
                    LANGUAGE.matcher(String.valueOf(each.getKey())).matches()
                        && each.getValue() instanceof String);
  }

  private static boolean areLinks(Object links) {
    return links instanceof List<?> list
        && list.size() <= MOST_LINKS
        && list.stream().allMatch(Attributes::isLink);
  }

  private static boolean isLink(Object link) {
    return link instanceof Map<?, ?> members
        && members.get("type") instanceof String type
        && LINK_TYPE.matcher(type).matches()
        && isAddress(members.get("href"))
        && members.values().stream().allMatch(String.class::isInstance);
  }

  /** Which can stand in a field of HTTP as it is. */
  private static boolean isAddress(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return false;
    }
    try {
      URI uri = new URI(text);
      return uri.getHost() != null
          && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    } catch (URISyntaxException none) {
      return false;
    }
  }

  private static ItemFields.Bad bad(String detail) {
    return new ItemFields.Bad("attributes", "attributes: " + detail);
  }
}
