package io.sluice.gateway.config;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys under the prefix and their values, as they stand at one revision. Never changes; the
 * next one is made by an {@link Editor} and shares with this one what is the same, so that what
 * differs between the two is found without looking at the rest.
 *
 * <p>Keys are relative to the prefix and never start with a slash. A value that did not change is
 * the same array, which is how readers know.
 */
public final class KeyTree {
  /** Stands for a value that is larger than any record may be; always this array. */
  static final byte[] TOO_LARGE = {};

  /** Stands for a value for which there was no room; always this array. */
  static final byte[] NO_ROOM = {};

  /** Stands for a value that nobody here reads; always this array. */
  private static final byte[] UNREAD = {};

  private static final int MOST_VALUE_BYTES = 1024 * 1024;

  /** Nothing at revision 0. */
  public static final KeyTree EMPTY = new KeyTree(0, IdMap.empty(), 0);

  private final long revision;
  private final IdMap<byte[]> values;
  private final long bytes;

  private KeyTree(long revision, IdMap<byte[]> values, long bytes) {
    this.revision = revision;
    this.values = values;
    this.bytes = bytes;
  }

  public long revision() {
    return revision;
  }

  public Map<String, byte[]> values() {
    return values;
  }

  public byte @Nullable [] find(String key) {
    return values.get(key);
  }

  public int size() {
    return values.size();
  }

  /** Whether nothing was put or removed between this and the other, whatever their revisions. */
  public boolean hasSameValues(KeyTree other) {
    return values == other.values;
  }

  /** The keys whose values are not the same array in both, or only in one. */
  Set<String> differences(KeyTree other) {
    return IdMap.differences(values, other.values);
  }

  /** Whether Sluice itself writes this key, and no operator. */
  public static boolean isOurOwn(String key) {
    Key about = Key.parse(key);
    return about instanceof Key.OfIssued || about instanceof Key.OfProof || isUnread(about);
  }

  /** Whether what stands at this key is a part of what is served. */
  public static boolean isServed(String key) {
    return !isUnread(Key.parse(key));
  }

  private static boolean isUnread(Key about) {
    return about instanceof Key.OfSluice;
  }

  /** A copy to change, which may take a quarter of the heap; this one stays as it is. */
  public Editor edit() {
    return edit(Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * @param mostBytes of all values together
   */
  Editor edit(long mostBytes) {
    return new Editor(this, mostBytes);
  }

  /** A tree on its way to the next one. One thread. */
  public static final class Editor {
    private final IdMap.Editor<byte[]> values;
    private final long mostBytes;
    private long revision;
    private long bytes;

    private Editor(KeyTree from, long mostBytes) {
      this.values = from.values.edit();
      this.mostBytes = mostBytes;
      this.revision = from.revision;
      this.bytes = from.bytes;
    }

    /** The revision of what is done next, unless it is already later. */
    public Editor revision(long reached) {
      revision = Math.max(revision, reached);
      return this;
    }

    /**
     * Puts a value in the place of the one before. What is not read here, because it is no part of
     * the routes, or is larger than a record may be, is known to be there and is not kept.
     */
    public Editor put(String key, byte[] value) {
      byte[] before = values.find(key);
      bytes -= before == null ? 0 : before.length;
      byte[] kept = kept(key, value);
      bytes += kept.length;
      values.put(key, kept);
      return this;
    }

    private byte[] kept(String key, byte[] value) {
      if (value == TOO_LARGE || value == NO_ROOM || value == UNREAD) {
        return value;
      }
      Key about = Key.parse(key);
      if (isUnread(about) || about instanceof Key.Unknown) {
        return UNREAD;
      }
      if (value.length > MOST_VALUE_BYTES) {
        return TOO_LARGE;
      }
      return bytes + value.length > mostBytes ? NO_ROOM : value;
    }

    public Editor remove(String key) {
      byte[] before = values.find(key);
      bytes -= before == null ? 0 : before.length;
      values.remove(key);
      return this;
    }

    /** The tree as it is now. */
    public KeyTree done() {
      return new KeyTree(revision, values.done(), bytes);
    }
  }

  /**
   * The other tree at its revision, with this one's arrays in the place of those that are equal.
   */
  public KeyTree become(KeyTree other) {
    Editor next = edit();
    next.revision = other.revision;
    for (String key : values.keySet()) {
      if (!other.values.containsKey(key)) {
        next.remove(key);
      }
    }
    for (Map.Entry<String, byte[]> entry : other.values.entrySet()) {
      byte[] mine = values.get(entry.getKey());
      if (mine == null || !isSame(mine, entry.getValue())) {
        next.put(entry.getKey(), entry.getValue());
      }
    }
    return next.done();
  }

  /** What stands for a value is the same only as itself. */
  private static boolean isSame(byte[] one, byte[] other) {
    return one == other || (one.length > 0 && other.length > 0 && Arrays.equals(one, other));
  }
}
