package io.sluice.gtin.catalog;

import java.util.ArrayList;
import java.util.List;

/** Beginnings of numbers as ranges of them, for a condition in SQL. */
final class NumberRanges {
  private static final int[] PRINTED = {8, 12, 13, 14};

  private NumberRanges() {}

  /**
   * Numbers whose GTIN-13 begins so; a prefix follows the digit that says how an item is packed (0
   * to 9).
   */
  static String ofPrefix(String key, String prefix) {
    long width = width(prefix, 13);
    long first = Long.parseLong(prefix) * width;
    List<String> ranges = new ArrayList<>();
    for (long packed = 0; packed <= 9; packed++) {
      ranges.add(range(key, packed * 10_000_000_000_000L + first, width));
    }
    return any(ranges);
  }

  /** Numbers that begin so as they are printed, in however many digits. */
  static String ofDigits(String key, String digits) {
    List<String> ranges = new ArrayList<>();
    for (int length : PRINTED) {
      if (digits.length() <= length) {
        long width = width(digits, length);
        ranges.add(range(key, Long.parseLong(digits) * width, width));
      }
    }
    return any(ranges);
  }

  private static long width(String digits, int length) {
    long width = 1;
    for (int i = digits.length(); i < length; i++) {
      width *= 10;
    }
    return width;
  }

  private static String range(String key, long from, long width) {
    return key + " BETWEEN " + from + " AND " + (from + width - 1);
  }

  private static String any(List<String> ranges) {
    return "(" + String.join(" OR ", ranges) + ")";
  }
}
