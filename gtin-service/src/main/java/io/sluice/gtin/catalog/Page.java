package io.sluice.gtin.catalog;

import java.util.List;

/**
 * A part of what was found.
 *
 * @param more whether there is more behind the last one
 */
public record Page(List<Item> items, boolean more) {}
