package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.util.List;

/**
 * A trade item.
 *
 * @param brand may be empty
 * @param category may be empty
 * @param attributes a JSON object, as {@link Attributes} has checked it; empty for none
 */
public record Item(Gtin gtin, String name, String brand, String category, String attributes) {
  /** What an item's name, brand and category may have together. */
  public static final int MOST_CHARACTERS = 2_000;

  /** One without attributes. */
  public Item(Gtin gtin, String name, String brand, String category) {
    this(gtin, name, brand, category, "");
  }

  /** What databases keep of it besides its number, in the order of {@link SqlStore#FIELDS}. */
  List<String> fields() {
    return List.of(name, brand, category, attributes);
  }
}
