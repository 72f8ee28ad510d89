package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from texts to values that is asked for the first bytes of a longer text without
 * making an object, and of which a changed copy shares all but what changes. Any thread.
 */
final class TextMap<V> {
  /** The hash of no bytes; see {@link #hash}. */
  static final int SEED = 0;

  private static final int SPREAD = 0x9e3779b9;
  private static final int LEAST_CHAINS = 16;
  private static final TextMap<?> EMPTY = new TextMap<>(TextMap.<Object>chains(LEAST_CHAINS), 0);

  /** A value and those whose hashes end alike. */
  private record Link<V>(AsciiString text, int hash, V value, @Nullable Link<V> next) {}

  private final @Nullable Link<V>[] chains;
  private final int size;

  private TextMap(@Nullable Link<V>[] chains, int size) {
    this.chains = chains;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // It holds nothing.
  static <V> TextMap<V> empty() {
    return (TextMap<V>) EMPTY;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static <V> @Nullable Link<V>[] chains(int places) {
    return new Link[places];
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The hash of a text with one byte more than another has. */
  static int hash(int before, byte next) {
    return before * 31 + next;
  }

  static int hash(AsciiString text) {
    int hash = SEED;
    for (int i = 0; i < text.length(); i++) {
      hash = hash(hash, text.byteAt(i));
    }
    return hash;
  }

  @Nullable V get(AsciiString text) {
    return get(text, text.length(), hash(text));
  }

  /**
   * What stands for the beginning of a text.
   *
   * @param length of that beginning
   * @param hash of that beginning
   */
  @Nullable V get(AsciiString text, int length, int hash) {
    Link<V> link = chains[place(hash, chains.length)];
    while (link != null
        && !(link.hash == hash && link.text.length() == length && starts(text, link.text))) {
      link = link.next;
    }
    return link == null ? null : link.value;
  }

  private static boolean starts(AsciiString text, AsciiString beginning) {
    int from = text.arrayOffset();
    int other = beginning.arrayOffset();
    int length = beginning.length();
    return Arrays.equals(
        text.array(), from, from + length, beginning.array(), other, other + length);
  }

  /** The values in no order. */
  Iterable<V> values() {
    List<V> values = new ArrayList<>(size);
    for (Link<V> chain : chains) {
      for (Link<V> link = chain; link != null; link = link.next) {
        values.add(link.value);
      }
    }
    return values;
  }

  /** A copy to change; this one stays as it is. */
  Editor<V> edit() {
    return new Editor<>(chains.clone(), size);
  }

  private static int place(int hash, int places) {
    // The upper bits of the product, as the lower ones of similar texts are alike.
    return (hash * SPREAD) >>> (Integer.numberOfLeadingZeros(places) + 1);
  }

  /** A map on its way to the next {@link TextMap}. One thread. */
  static final class Editor<V> {
    private @Nullable Link<V>[] chains;
    private int size;

    private Editor(@Nullable Link<V>[] chains, int size) {
      this.chains = chains;
      this.size = size;
    }

    /**
     * Puts another value in the place of one.
     *
     * @param change is given the value, or null where there is none, and gives null to remove it
     */
    void change(AsciiString text, UnaryOperator<@Nullable V> change) {
      int hash = hash(text);
      int place = place(hash, chains.length);
      Link<V> others = null;
      V before = null;
      for (Link<V> link = chains[place]; link != null; link = link.next) {
        if (link.hash == hash && link.text.equals(text)) {
          before = link.value;
        } else {
          others = new Link<>(link.text, link.hash, link.value, others);
        }
      }
      V after = change.apply(before);
      chains[place] = after == null ? others : new Link<>(text, hash, after, others);
      size += (after == null ? 0 : 1) - (before == null ? 0 : 1);
      if (size > chains.length) {
        grow();
      }
    }

    private void grow() {
      @Nullable Link<V>[] more = chains(chains.length * 2);
      for (Link<V> chain : chains) {
        for (Link<V> link = chain; link != null; link = link.next) {
          int place = place(link.hash, more.length);
          more[place] = new Link<>(link.text, link.hash, link.value, more[place]);
        }
      }
      chains = more;
    }

    /** The map; the editor is not used after it. */
    TextMap<V> done() {
      return new TextMap<>(chains, size);
    }
  }
}
