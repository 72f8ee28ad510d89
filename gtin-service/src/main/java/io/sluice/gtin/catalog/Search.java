package io.sluice.gtin.catalog;

import java.util.List;

/**
 * What is looked for; what is empty does not matter.
 *
 * @param words beginnings of words that must all be in the name, the brand or the category, as
 *     {@link Words} has them
 * @param brand exactly
 * @param category exactly
 * @param prefix digits that the number begins with, written as a GTIN-13 whatever its own length
 *     (GS1 General Specifications section 1.4)
 * @param after only numbers above this one
 * @param limit how many at most
 */
public record Search(
    List<String> words, String brand, String category, String prefix, long after, int limit) {}
