package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Quoted;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says of an item, checked the same way whichever door it comes through. A field is a
 * text, without the blanks around it; what is none is refused, and never stored as whatever it
 * looks like.
 */
public record ItemFields(String name, String brand, String category, String attributes) {
  /** Their names. */
  public static final Set<String> NAMES = Set.of("name", "brand", "category", "attributes");

  /** Fields that are those of no item. */
  public static final class Bad extends Exception {
    private static final long serialVersionUID = 1;

    private final String field;

    Bad(String field, String detail) {
      super(detail);
      this.field = field;
    }

    /** The one that is wrong, in one word for programs. */
    public String field() {
      return field;
    }
  }

  /**
   * Checks them.
   *
   * @param values by their names; null and what is missing is an empty text
   * @throws Bad when the name is missing, one is no text, or they are too long
   */
  public static ItemFields of(Map<String, ? extends @Nullable Object> values) throws Bad {
    ItemFields fields =
        new ItemFields(
            text("name", values),
            text("brand", values),
            text("category", values),
            Attributes.text(values.get("attributes")));
    if (fields.name.isEmpty()) {
      throw new Bad("name", "name: found none, expected one");
    }
    int length = fields.name.length() + fields.brand.length() + fields.category.length();
    if (length > Item.MOST_CHARACTERS) {
      throw new Bad(
          "name",
          "found "
              + length
              + " characters in name, brand and category, expected at most "
              + Item.MOST_CHARACTERS);
    }
    return fields;
  }

  private static String text(String field, Map<String, ? extends @Nullable Object> values)
      throws Bad {
    Object value = values.get(field);
    if (value == null) {
      return "";
    }
    if (!(value instanceof String text)) {
      throw new Bad(field, field + ": found " + Quoted.of(value) + ", expected a text");
    }
    if (!isText(text)) {
      throw new Bad(
          field, field + ": found U+0000 or half of a surrogate pair, expected text without it");
    }
    return text.strip();
  }

  /** Whether every database keeps it as it is. */
  static boolean isText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)
          && (++i == text.length() || !Character.isLowSurrogate(text.charAt(i)))) {
        return false;
      }
    }
    return true;
  }

  /** The item that has this number and these fields. */
  public Item item(Gtin gtin) {
    return new Item(gtin, name, brand, category, attributes);
  }
}
