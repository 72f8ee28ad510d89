package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one head, in order, as the bytes that came from the wire.
 *
 * <p>A field is five numbers into one byte array, so parsing a head makes no object per field and
 * writing it again is a copy. Belongs to a head and is reused with it: what {@link #name} and
 * {@link #value} return are views that live until {@link #clear}. One thread.
 */
public final class Fields {
  /** No fields; never add to it. */
  public static final Fields EMPTY = new Fields();

  private static final int NAME_START = 0;
  private static final int NAME_LENGTH = 1;
  private static final int VALUE_START = 2;
  private static final int VALUE_LENGTH = 3;
  private static final int KNOWN = 4;
  private static final int STRIDE = 5;
  private static final HeaderName[] NAMES = HeaderName.values();
  private static final byte[] NOTHING = {};
  private static final int[] NO_SLOTS = {};
  private static final int KEPT_BYTES = 4 * 1024;
  private static final int KEPT_FIELDS = 64;
  private static final int MORE_FIELDS = 12;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int HEX_DIGITS = Long.SIZE / 4;

  private byte[] bytes = NOTHING;
  private int used;
  private int[] slots = NO_SLOTS;
  private int count;

  /** What the last copy had its fields in, and whether that copy may still be read. */
  private int[] copySlots = NO_SLOTS;

  private boolean copied;

  public Fields() {}

  /**
   * The same fields, to which others may be added and from which any may be removed without
   * touching the first. Reads the bytes of the first, so it lives until that is cleared; the first
   * is not added to meanwhile.
   */
  public Fields(Fields first) {
    bytes = first.bytes;
    used = first.used;
    count = first.count;
    slots = first.slotsForCopy();
    System.arraycopy(first.slots, 0, slots, 0, count * STRIDE);
  }

  /** Those of the copy before, which is not read any more, or new ones. */
  private int[] slotsForCopy() {
    int wanted = (count + MORE_FIELDS) * STRIDE;
    if (copied || copySlots.length < wanted) {
      copySlots = new int[wanted];
    }
    copied = true;
    return copySlots;
  }

  /** Empties it; a head that was large leaves no memory behind. */
  public void clear() {
    used = 0;
    count = 0;
    if (bytes.length > KEPT_BYTES) {
      bytes = NOTHING;
    }
    if (slots.length > KEPT_FIELDS * STRIDE) {
      slots = NO_SLOTS;
    }
    copied = false;
    if (copySlots.length > KEPT_FIELDS * STRIDE) {
      copySlots = NO_SLOTS;
    }
  }

  public int count() {
    return count;
  }

  /** How much memory the fields take, in bytes, whatever is in them. */
  public int capacity() {
    return bytes.length + (slots.length + copySlots.length) * Integer.BYTES;
  }

  /** The bytes of all names and values together. */
  public int textBytes() {
    int total = 0;
    for (int slot = 0; slot < count * STRIDE; slot += STRIDE) {
      total += slots[slot + NAME_LENGTH] + slots[slot + VALUE_LENGTH];
    }
    return total;
  }

  /** The name as it was spelled. */
  public AsciiString name(int i) {
    return view(slots[i * STRIDE + NAME_START], slots[i * STRIDE + NAME_LENGTH]);
  }

  /** The value without the white space around it. */
  public AsciiString value(int i) {
    return view(slots[i * STRIDE + VALUE_START], slots[i * STRIDE + VALUE_LENGTH]);
  }

  /** The name in lower case, as HTTP/2 writes it (RFC 9113 section 8.2). */
  public AsciiString lowerName(int i) {
    HeaderName known = known(i);
    return known != null ? known.lowerText() : name(i).toLowerCase();
  }

  /** Whether field {@code i} has exactly this value. */
  public boolean isValue(int i, AsciiString text) {
    int start = slots[i * STRIDE + VALUE_START];
    int from = text.arrayOffset();
    return Arrays.equals(
        bytes,
        start,
        start + slots[i * STRIDE + VALUE_LENGTH],
        text.array(),
        from,
        from + text.length());
  }

  /** Which of the known names field {@code i} has, or null. */
  public @Nullable HeaderName known(int i) {
    int ordinal = slots[i * STRIDE + KNOWN];
    return ordinal < 0 ? null : NAMES[ordinal];
  }

  /** The index of the first field of this name at or after {@code from}, or -1. */
  public int indexOf(HeaderName name, int from) {
    for (int i = from; i < count; i++) {
      if (slots[i * STRIDE + KNOWN] == name.ordinal()) {
        return i;
      }
    }
    return -1;
  }

  public boolean has(HeaderName name) {
    return indexOf(name, 0) >= 0;
  }

  /** The value of the first field of this name, or null. */
  public @Nullable AsciiString first(HeaderName name) {
    int i = indexOf(name, 0);
    return i < 0 ? null : value(i);
  }

  /** The value of the first field of this name in any case, or null. */
  public @Nullable AsciiString first(CharSequence name) {
    for (int i = 0; i < count; i++) {
      if (slots[i * STRIDE + NAME_LENGTH] == name.length()
          && name(i).contentEqualsIgnoreCase(name)) {
        return value(i);
      }
    }
    return null;
  }

  public void add(HeaderName name, CharSequence value) {
    int nameStart = append(name.text());
    int valueStart = append(value);
    slot(nameStart, name.text().length(), valueStart, value.length(), name);
  }

  /** Appends a field. The caller answers for name and value being legal. */
  public void add(CharSequence name, CharSequence value) {
    int nameStart = append(name);
    int valueStart = append(value);
    slot(nameStart, name.length(), valueStart, value.length());
  }

  /** Appends all fields of another head. */
  public void addAll(Fields others) {
    for (int i = 0; i < others.count; i++) {
      add(others.name(i), others.value(i));
    }
  }

  /** Appends a field whose value is the sixteen hexadecimal digits of each of two numbers. */
  public void addHex(HeaderName name, long first, long second) {
    int nameStart = append(name.text());
    int valueStart = used;
    hex(first);
    hex(second);
    slot(nameStart, name.text().length(), valueStart, used - valueStart, name);
  }

  private void hex(long bits) {
    byte[] target = reserve(HEX_DIGITS);
    for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
      target[used++] = HEX[(int) (bits >>> shift) & 0xf];
    }
  }

  /** Replaces every field of this name by one. */
  public void set(HeaderName name, CharSequence value) {
    remove(name);
    add(name, value);
  }

  public void remove(HeaderName name) {
    for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i)) {
      removeAt(i);
    }
  }

  /** Removes every field of this name in any case. */
  public void remove(CharSequence name) {
    for (int i = count - 1; i >= 0; i--) {
      if (slots[i * STRIDE + NAME_LENGTH] == name.length()
          && name(i).contentEqualsIgnoreCase(name)) {
        removeAt(i);
      }
    }
  }

  /** Removes field {@code i}; the later ones move up. */
  public void removeAt(int i) {
    System.arraycopy(slots, (i + 1) * STRIDE, slots, i * STRIDE, (count - i - 1) * STRIDE);
    count--;
  }

  /** Whether a field of this name lists the token in any case (RFC 9110 section 5.6.1). */
  public boolean lists(HeaderName name, CharSequence token) {
    for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
      if (listContains(value(i), token)) {
        return true;
      }
    }
    return false;
  }

  /** Appends a field whose value is the end of another one's, from an index of it on. */
  public void addEndOf(HeaderName name, int field, int from) {
    int nameStart = append(name.text());
    int slot = field * STRIDE;
    slot(
        nameStart,
        name.text().length(),
        slots[slot + VALUE_START] + from,
        slots[slot + VALUE_LENGTH] - from,
        name);
  }

  /** Writes {@code name: value CRLF} for every field. */
  void writeTo(HeadWriter out) {
    for (int i = 0; i < count; i++) {
      int slot = i * STRIDE;
      out.put(bytes, slots[slot + NAME_START], slots[slot + NAME_LENGTH]);
      out.putColon();
      out.put(bytes, slots[slot + VALUE_START], slots[slot + VALUE_LENGTH]);
      out.putLineEnd();
    }
  }

  // The parser's side: raw bytes first, then the slots that point into them.

  byte[] bytes() {
    return bytes;
  }

  int nameStart(int i) {
    return slots[i * STRIDE + NAME_START];
  }

  int nameLength(int i) {
    return slots[i * STRIDE + NAME_LENGTH];
  }

  int used() {
    return used;
  }

  /** Makes room for {@code more} bytes at {@link #used} and returns the array that has it. */
  byte[] reserve(int more) {
    if (bytes.length - used < more) {
      bytes = Arrays.copyOf(bytes, Math.max(used + more, Math.max(512, bytes.length * 2)));
    }
    return bytes;
  }

  void advance(int more) {
    used += more;
  }

  void slot(int nameStart, int nameLength, int valueStart, int valueLength) {
    HeaderName known = HeaderName.find(bytes, nameStart, nameLength);
    slot(nameStart, nameLength, valueStart, valueLength, known);
  }

  private void slot(
      int nameStart, int nameLength, int valueStart, int valueLength, @Nullable HeaderName known) {
    int at = count * STRIDE;
    if (slots.length < at + STRIDE) {
      slots = Arrays.copyOf(slots, Math.max(16 * STRIDE, slots.length * 2));
    }
    slots[at + NAME_START] = nameStart;
    slots[at + NAME_LENGTH] = nameLength;
    slots[at + VALUE_START] = valueStart;
    slots[at + VALUE_LENGTH] = valueLength;
    slots[at + KNOWN] = known == null ? -1 : known.ordinal();
    count++;
  }

  AsciiString view(int start, int length) {
    return length == 0 ? AsciiString.EMPTY_STRING : new AsciiString(bytes, start, length, false);
  }

  int append(CharSequence text) {
    int start = used;
    int length = text.length();
    byte[] target = reserve(length);
    if (text instanceof AsciiString ascii) {
      System.arraycopy(ascii.array(), ascii.arrayOffset(), target, start, length);
    } else {
      for (int i = 0; i < length; i++) {
        target[start + i] = AsciiString.c2b(text.charAt(i));
      }
    }
    used += length;
    return start;
  }

  private static boolean listContains(AsciiString list, CharSequence token) {
    int start = 0;
    int length = list.length();
    while (start <= length) {
      int comma = list.indexOf(',', start);
      int end = comma < 0 ? length : comma;
      if (list.subSequence(start, end, false).trim().contentEqualsIgnoreCase(token)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(name(i)).append(": ").append(value(i)).append('\n');
    }
    return text.toString();
  }
}
