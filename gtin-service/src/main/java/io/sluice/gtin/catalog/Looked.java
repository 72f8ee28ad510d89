package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.util.Map;
import java.util.Set;

/**
 * What there is of some numbers.
 *
 * @param items by their numbers
 * @param gone the numbers of those that were removed
 */
public record Looked(Map<Gtin, Item> items, Set<Gtin> gone) {}
