package io.sluice.gtin.gtin;

import java.util.ArrayList;
import java.util.List;

/**
 * The numbers that a single slip would have turned into a text with a wrong check digit: each of
 * one changed digit, of which every place has exactly one that fits, and each of two neighbours
 * swapped.
 */
final class NearMisses {
  private NearMisses() {}

  /** At most {@code 2 n - 1} for {@code n} digits. */
  static List<Gtin> of(String digits) {
    List<Gtin> near = new ArrayList<>();
    char[] slip = digits.toCharArray();
    for (int i = 0; i < slip.length; i++) {
      char right = slip[i];
      for (char other = '0'; other <= '9'; other++) {
        slip[i] = other;
        add(slip, near);
      }
      slip[i] = right;
    }
    for (int i = 1; i < slip.length; i++) {
      swap(slip, i);
      add(slip, near);
      swap(slip, i);
    }
    return near.stream().distinct().toList();
  }

  private static void swap(char[] digits, int i) {
    char right = digits[i];
    digits[i] = digits[i - 1];
    digits[i - 1] = right;
  }

  private static void add(char[] digits, List<Gtin> near) {
    long value = Long.parseLong(new String(digits));
    if (Gtin.isGood(value)) {
      near.add(new Gtin(value));
    }
  }
}
