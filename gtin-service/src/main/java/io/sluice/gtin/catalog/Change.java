package io.sluice.gtin.catalog;

import org.jspecify.annotations.Nullable;

/**
 * What was done to an item.
 *
 * @param at an instant, ISO 8601
 * @param before null where there was none
 * @param after null where it was removed
 */
public record Change(String at, Author author, @Nullable Item before, @Nullable Item after) {}
