package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;

/**
 * A trade item.
 *
 * @param brand may be empty
 * @param category may be empty
 */
public record Item(Gtin gtin, String name, String brand, String category) {}
