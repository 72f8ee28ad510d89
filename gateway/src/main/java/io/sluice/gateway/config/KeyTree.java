package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys under the prefix and their values, as they stand at one revision.
 *
 * <p>Owned by the control thread, which changes it in place as events arrive; a value that did not
 * change keeps its array, which is how the readers know. Keys are relative to the prefix and never
 * start with a slash.
 */
public final class KeyTree {
  private final TreeMap<String, byte[]> values = new TreeMap<>();
  private final Set<String> touched = new HashSet<>();
  private long revision;

  public long revision() {
    return revision;
  }

  public void revision(long newRevision) {
    revision = newRevision;
  }

  /** The keys in order; a view. */
  public Map<String, byte[]> values() {
    return Collections.unmodifiableMap(values);
  }

  public byte @Nullable [] find(String key) {
    return values.get(key);
  }

  public void put(String key, byte[] value) {
    values.put(key, value);
    touched.add(key);
  }

  public void remove(String key) {
    values.remove(key);
    touched.add(key);
  }

  /** Whether Sluice itself writes this key: it says nothing about where requests go. */
  public static boolean isOurOwn(String key) {
    return Key.parse(key) instanceof Key.OfSluice;
  }

  /** The keys that were put or removed since this was last asked. */
  Set<String> takeTouched() {
    Set<String> taken = Set.copyOf(touched);
    touched.clear();
    return taken;
  }

  public int size() {
    return values.size();
  }

  /**
   * Makes this the same tree as {@code other}, keeping the arrays of values that are equal.
   *
   * @return whether anything differed
   */
  public boolean become(KeyTree other) {
    List<String> gone = new ArrayList<>();
    for (String key : values.keySet()) {
      if (!other.values.containsKey(key)) {
        gone.add(key);
      }
    }
    gone.forEach(this::remove);
    boolean changed = !gone.isEmpty();
    for (Map.Entry<String, byte[]> entry : other.values.entrySet()) {
      byte[] mine = values.get(entry.getKey());
      if (mine == null || !java.util.Arrays.equals(mine, entry.getValue())) {
        put(entry.getKey(), entry.getValue());
        changed = true;
      }
    }
    revision = other.revision;
    return changed;
  }
}
