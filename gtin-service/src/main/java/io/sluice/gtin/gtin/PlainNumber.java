package io.sluice.gtin.gtin;

/**
 * Twelve, thirteen or fourteen digits and nothing else: what nearly every text is. One pass without
 * garbage; whatever is not as simple is for {@link GtinReader}.
 */
public final class PlainNumber {
  /** The text is something else, or its check digit is wrong. */
  public static final long NONE = -1;

  private PlainNumber() {}

  /** The number, or {@link #NONE}. */
  public static long read(CharSequence text) {
    int length = text.length();
    if (length < 12 || length > 14) {
      return NONE;
    }
    long value = 0;
    int odd = 0;
    int even = 0;
    for (int i = 0; i < length; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      value = value * 10 + digit;
      // Each digit ends in the sum of its place, counted from the right.
      int sum = odd;
      odd = even + digit;
      even = sum;
    }
    return value > 0 && (odd + 3 * even) % 10 == 0 ? value : NONE;
  }
}
