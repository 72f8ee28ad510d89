package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Gtin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Some ten thousand items in few bytes, which are given in the order of their numbers: databases
 * write those faster. One thread at a time.
 */
final class ItemRun {
  /** As many as have room beside a number of 47 bits. */
  private static final int MOST = 1 << 16;

  private static final int PLACE_BITS = 16;
  private static final int MOST_BYTES = 8 * 1024 * 1024;
  private static final int FIELDS = SqlStore.FIELDS.size();

  /** Number and place of each: in the order of the numbers, and of one number as they came. */
  private final long[] order = new long[MOST];

  /** Where an item begins, by its place. */
  private final int[] starts = new int[MOST];

  private ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES / 8);
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  /** Whether it is to be given before another one is put. */
  boolean isFull() {
    return size == MOST || bytes.position() >= MOST_BYTES;
  }

  /** Puts one behind the others. */
  void put(Item item) {
    order[size] = item.gtin().value() << PLACE_BITS | size;
    starts[size++] = bytes.position();
    List<String> texts = item.fields();
    byte[][] fields = new byte[FIELDS][];
    int room = Long.BYTES + FIELDS * Integer.BYTES;
    for (int i = 0; i < FIELDS; i++) {
      fields[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
      room += fields[i].length;
    }
    grow(room);
    bytes.putLong(item.updated());
    for (byte[] field : fields) {
      bytes.putInt(field.length).put(field);
    }
  }

  private void grow(int room) {
    if (bytes.remaining() < room) {
      int more = Math.max(bytes.capacity(), room);
      bytes = ByteBuffer.allocate(bytes.capacity() + more).put(bytes.flip());
    }
  }

  /** Brings them into the order of their numbers. */
  void sort() {
    Arrays.sort(order, 0, size);
  }

  /** Gives those that are sorted, of each number the last one that was put, and has none then. */
  void giveTo(ItemStore.Sink sink) throws IOException {
    for (int i = 0; i < size; i++) {
      long number = order[i] >> PLACE_BITS;
      if (i + 1 == size || order[i + 1] >> PLACE_BITS != number) {
        sink.put(item(number, (int) (order[i] & (MOST - 1))));
      }
    }
    clear();
  }

  private Item item(long number, int place) {
    int at = starts[place];
    long updated = bytes.getLong(at);
    at += Long.BYTES;
    String[] fields = new String[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
      int length = bytes.getInt(at);
      at += Integer.BYTES;
      fields[i] = new String(bytes.array(), at, length, StandardCharsets.UTF_8);
      at += length;
    }
    return new Item(new Gtin(number), fields[0], fields[1], fields[2], fields[3], updated);
  }

  void clear() {
    size = 0;
    bytes.clear();
  }
}
