package io.sluice.gtin.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A part of what was found.
 *
 * @param more whether there is more behind the last one
 */
public record Page(List<Item> items, boolean more) {
  /** The items of both, each once, in the order of their numbers. */
  Page and(Page other, int limit) {
    TreeMap<Long, Item> both = new TreeMap<>();
    items.forEach(item -> both.put(item.gtin().value(), item));
    other.items.forEach(item -> both.put(item.gtin().value(), item));
    // Behind the end of a page that goes on there may be something of it.
    List<Item> first = new ArrayList<>(both.values());
    return new Page(
        List.copyOf(first.subList(0, Math.min(limit, first.size()))),
        more || other.more || first.size() > limit);
  }
}
