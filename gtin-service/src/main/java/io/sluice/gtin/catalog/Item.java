package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;

/**
 * A trade item.
 *
 * @param brand may be empty
 * @param category may be empty
 */
public record Item(Gtin gtin, String name, String brand, String category) {
  /** Whether every database can keep it as it is: no U+0000, no half of a surrogate pair. */
  public static boolean isText(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }
}
