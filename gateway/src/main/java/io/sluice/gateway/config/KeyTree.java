package io.sluice.gateway.config;

import java.util.Collections;
import java.util.Map;
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
  }

  public void remove(String key) {
    values.remove(key);
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
    boolean changed = values.keySet().retainAll(other.values.keySet());
    for (Map.Entry<String, byte[]> entry : other.values.entrySet()) {
      byte[] mine = values.get(entry.getKey());
      if (mine == null || !java.util.Arrays.equals(mine, entry.getValue())) {
        values.put(entry.getKey(), entry.getValue());
        changed = true;
      }
    }
    revision = other.revision;
    return changed;
  }
}
