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
  /** Stands for a value that is larger than any record may be; always this array. */
  static final byte[] TOO_LARGE = {};

  /** Stands for a value for which there was no room; always this array. */
  static final byte[] NO_ROOM = {};

  /** Stands for a value that nobody here reads; always this array. */
  private static final byte[] UNREAD = {};

  private static final int MOST_VALUE_BYTES = 1024 * 1024;

  private final long mostBytes;
  private long bytes;
  private final TreeMap<String, byte[]> values = new TreeMap<>();
  private final Set<String> touched = new HashSet<>();
  private long revision;

  /** A tree that may take a quarter of the heap. */
  public KeyTree() {
    this(Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * @param mostBytes of all values together
   */
  KeyTree(long mostBytes) {
    this.mostBytes = mostBytes;
  }

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

  /**
   * Puts a value in the place of the one before. What is not read here, because it is no part of
   * the routes, or is larger than a record may be, is known to be there and is not kept.
   */
  public void put(String key, byte[] value) {
    byte[] before = values.get(key);
    bytes -= before == null ? 0 : before.length;
    byte[] kept = kept(key, value);
    bytes += kept.length;
    values.put(key, kept);
    touched.add(key);
  }

  private byte[] kept(String key, byte[] value) {
    if (value == TOO_LARGE || value == NO_ROOM || value == UNREAD) {
      return value;
    }
    Key about = Key.parse(key);
    if (about instanceof Key.OfSluice || about instanceof Key.Unknown) {
      return UNREAD;
    }
    if (value.length > MOST_VALUE_BYTES) {
      return TOO_LARGE;
    }
    return bytes + value.length > mostBytes ? NO_ROOM : value;
  }

  public void remove(String key) {
    byte[] before = values.remove(key);
    bytes -= before == null ? 0 : before.length;
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
      if (mine == null || !isSame(mine, entry.getValue())) {
        put(entry.getKey(), entry.getValue());
        changed = true;
      }
    }
    revision = other.revision;
    return changed;
  }

  /** What stands for a value is the same only as itself. */
  private static boolean isSame(byte[] one, byte[] other) {
    return one == other
        || (one.length > 0 && other.length > 0 && java.util.Arrays.equals(one, other));
  }
}
