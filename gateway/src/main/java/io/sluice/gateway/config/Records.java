package io.sluice.gateway.config;

import java.util.HashMap;
import java.util.Map;

/**
 * The records of one kind as they are now, and an immutable picture of them that stays the same
 * instance until one changes. One thread.
 */
final class Records<T> {
  private final Map<String, T> current = new HashMap<>();
  private Map<String, T> picture = Map.of();
  private boolean changed;

  void put(String id, T value) {
    current.put(id, value);
    changed = true;
  }

  void remove(String id) {
    current.remove(id);
    changed = true;
  }

  Map<String, T> snapshot() {
    if (changed) {
      picture = new HashMap<>(current);
      changed = false;
    }
    return picture;
  }
}
