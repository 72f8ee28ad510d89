package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A trade item. Two are equal that say the same, whenever that was written.
 *
 * @param brand may be empty
 * @param category may be empty
 * @param attributes a JSON object, as {@link Attributes} has checked it; empty for none
 * @param updated when it was written so, in milliseconds since 1970; 0 where that is not known
 */
public record Item(
    Gtin gtin, String name, String brand, String category, String attributes, long updated) {
  /** What an item's name, brand and category may have together. */
  public static final int MOST_CHARACTERS = 2_000;

  /** One that is not written yet. */
  public Item(Gtin gtin, String name, String brand, String category, String attributes) {
    this(gtin, name, brand, category, attributes, 0);
  }

  /** The same without attributes. */
  public Item(Gtin gtin, String name, String brand, String category) {
    this(gtin, name, brand, category, "");
  }

  Item updated(Instant at) {
    return new Item(gtin, name, brand, category, attributes, at.toEpochMilli());
  }

  /** What databases keep of what it says, in the order of {@link SqlStore#FIELDS}. */
  List<String> fields() {
    return List.of(name, brand, category, attributes);
  }

  /** Whether both say the same and were written at the same time. */
  public boolean isSame(Item other) {
    return updated == other.updated && equals(other);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Item item
        && gtin.equals(item.gtin)
        && name.equals(item.name)
        && brand.equals(item.brand)
        && category.equals(item.category)
        && attributes.equals(item.attributes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(gtin, name, brand, category, attributes);
  }
}
