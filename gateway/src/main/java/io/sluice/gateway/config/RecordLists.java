package io.sluice.gateway.config;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The records that belong to others, such as a backend's servers, in order; the list of an owner is
 * immutable and stays the same instance until one of its records changes. One thread.
 */
final class RecordLists<T> {
  private final Map<String, TreeSet<T>> current = new HashMap<>();
  private final IdMap.Editor<List<T>> lists = IdMap.<List<T>>empty().edit();
  private final Set<String> changed = new HashSet<>();
  private final Comparator<T> order;

  /**
   * @param order tells any two records of one owner apart
   */
  RecordLists(Comparator<T> order) {
    this.order = order;
  }

  void add(String owner, T value) {
    current.computeIfAbsent(owner, o -> new TreeSet<>(order)).add(value);
    changed.add(owner);
  }

  void remove(String owner, T value) {
    TreeSet<T> owned = current.get(owner);
    if (owned != null) {
      owned.remove(value);
      changed.add(owner);
    }
  }

  Map<String, List<T>> snapshot() {
    for (String owner : changed) {
      TreeSet<T> owned = current.get(owner);
      if (owned == null || owned.isEmpty()) {
        current.remove(owner);
        lists.remove(owner);
      } else {
        lists.put(owner, List.copyOf(owned));
      }
    }
    changed.clear();
    return lists.done();
  }
}
