package io.sluice.gtin.catalog;

/**
 * Which numbers a file has had so far, and with what content: twelve bytes each, for files of ten
 * millions.
 */
final class SeenItems {
  enum Before {
    NEVER,
    ALIKE,
    OTHERWISE
  }

  private long[] numbers = new long[1 << 12];
  private int[] contents = new int[1 << 12];
  private int size;

  /** Remembers an item, and tells whether and how it was there before. */
  Before add(Item item) {
    if (size * 4L > numbers.length * 3L) {
      grow();
    }
    long number = item.gtin().value();
    int content = content(item);
    int at = place(numbers, number);
    if (numbers[at] == 0) {
      numbers[at] = number;
      contents[at] = content;
      size++;
      return Before.NEVER;
    }
    boolean alike = contents[at] == content;
    contents[at] = content;
    return alike ? Before.ALIKE : Before.OTHERWISE;
  }

  /** Texts that String.hashCode takes for each other differ here. */
  private static int content(Item item) {
    long hash = 0;
    for (String text : item.fields()) {
      for (int i = 0; i < text.length(); i++) {
        hash = (hash ^ text.charAt(i)) * 0x9e3779b97f4a7c15L;
      }
      hash = (hash ^ Character.MAX_VALUE) * 0x9e3779b97f4a7c15L;
    }
    return (int) (hash >>> 32);
  }

  private static int place(long[] numbers, long number) {
    int at = (int) ((number * 0x9e3779b97f4a7c15L) >>> 32) & (numbers.length - 1);
    while (numbers[at] != 0 && numbers[at] != number) {
      at = (at + 1) & (numbers.length - 1);
    }
    return at;
  }

  private void grow() {
    long[] oldNumbers = numbers;
    int[] oldContents = contents;
    numbers = new long[oldNumbers.length * 2];
    contents = new int[numbers.length];
    for (int i = 0; i < oldNumbers.length; i++) {
      if (oldNumbers[i] != 0) {
        int at = place(numbers, oldNumbers[i]);
        numbers[at] = oldNumbers[i];
        contents[at] = oldContents[i];
      }
    }
  }
}
