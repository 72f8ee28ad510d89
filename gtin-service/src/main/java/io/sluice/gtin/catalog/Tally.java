package io.sluice.gtin.catalog;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much a search finds, whatever page of it is asked for.
 *
 * @param total how many items; of more than {@link #MOST} the first so many alone are counted
 * @param exact whether there are no more
 * @param brands the most frequent ones of those, the most frequent first
 * @param categories alike
 */
public record Tally(int total, boolean exact, List<Value> brands, List<Value> categories) {
  /** How many items are looked at, at most. */
  public static final int MOST = 10_000;

  private static final int MOST_VALUES = 20;

  /**
   * A brand or category as the first item of it has it.
   *
   * @param count how many items have it, whatever its case and the blanks around it
   */
  public record Value(String value, int count) {}

  /** Counts one item after the other, each once. */
  static final class Counter {
    private final Map<String, Value> brands = new HashMap<>();
    private final Map<String, Value> categories = new HashMap<>();
    private int total;

    void add(String brand, String category) {
      total++;
      count(brands, brand);
      count(categories, category);
    }

    private static void count(Map<String, Value> values, String value) {
      if (!value.isBlank()) {
        values.merge(
            Search.alike(value),
            new Value(value.strip(), 1),
            (known, one) -> new Value(known.value, known.count + 1));
      }
    }

    Tally tally(boolean exact) {
      return new Tally(total, exact, first(brands), first(categories));
    }

    private static List<Value> first(Map<String, Value> values) {
      List<Value> all = new ArrayList<>(values.values());
      all.sort(Comparator.comparingInt(Value::count).reversed().thenComparing(Value::value));
      return List.copyOf(all.subList(0, Math.min(MOST_VALUES, all.size())));
    }
  }
}
