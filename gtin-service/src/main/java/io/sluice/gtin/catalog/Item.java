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
}
