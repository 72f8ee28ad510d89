package io.sluice.gtin.catalog;

import org.jspecify.annotations.Nullable;

/**
 * What was done to an item, or that an import has brought many.
 *
 * @param id in the order in which changes came to be seen
 * @param at an instant, ISO 8601
 * @param gtin the item's number; 0 for an import, which says before and after of none
 * @param before null where there was none
 * @param after null where it was removed
 */
public record Change(
    long id, String at, Author author, long gtin, @Nullable Item before, @Nullable Item after) {
  /** The number that stands for an import. */
  public static final long IMPORT = 0;

  /** Where it is in the feed. */
  public ChangeCursor cursor() {
    return new ChangeCursor(id, gtin);
  }
}
