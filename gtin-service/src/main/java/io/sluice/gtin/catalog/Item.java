package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;

/**
 * A trade item.
 *
 * @param brand may be empty
 * @param category may be empty
 */
public record Item(Gtin gtin, String name, String brand, String category) {
  /** What an item's texts may have together. */
  public static final int MOST_CHARACTERS = 2_000;

  /** Whether they have more. */
  public static boolean isTooLong(String name, String brand, String category) {
    return name.length() + brand.length() + category.length() > MOST_CHARACTERS;
  }

  /** Whether every database keeps each as it is: no U+0000, no half of a surrogate pair. */
  public static boolean isText(String name, String brand, String category) {
    return isText(name) && isText(brand) && isText(category);
  }

  private static boolean isText(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }
}
