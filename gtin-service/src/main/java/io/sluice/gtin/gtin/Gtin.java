package io.sluice.gtin.gtin;

/**
 * A Global Trade Item Number: one number space for GTIN-8, -12, -13 and -14, because zeros in front
 * change neither the item nor the check digit (GS1 General Specifications, "GTIN in a 14-digit
 * field").
 *
 * @param value the number, with its check digit, above 0 and below 10^14
 */
public record Gtin(long value) {
  private static final long END = 100_000_000_000_000L;
  private static final long GTIN_8_END = 100_000_000L;
  private static final long GTIN_12_END = 1_000_000_000_000L;
  private static final long GTIN_13_END = 10_000_000_000_000L;
  private static final int DIGITS = 14;

  public Gtin {
    if (value >= END || !isGood(value)) {
      throw new IllegalArgumentException(
          "found " + value + ", expected a GTIN with its check digit");
    }
  }

  /** The number with these digits and the check digit that follows from them. */
  static Gtin ofBody(long body) {
    return new Gtin(body * 10 + checkDigit(body));
  }

  /** Whether the last digit follows from those before it, which are not zeros alone. */
  static boolean isGood(long value) {
    return value > 0 && checkDigit(value / 10) == value % 10;
  }

  /** The right-justified, zero-filled form of 14 digits, in which GTINs are stored and compared. */
  public String text() {
    return digits(DIGITS);
  }

  /** The structure that the number fits without leading zeros. */
  public GtinType type() {
    if (value < GTIN_8_END) {
      return GtinType.GTIN_8;
    }
    if (value < GTIN_12_END) {
      return GtinType.GTIN_12;
    }
    return value < GTIN_13_END ? GtinType.GTIN_13 : GtinType.GTIN_14;
  }

  /** The number in as many digits as its type has. */
  public String naturalText() {
    return digits(type().digits());
  }

  /**
   * The check digit for a number without one: weights 3 and 1 from the right (GS1 General
   * Specifications, "Standard check digit calculations for GS1 data structures").
   */
  public static int checkDigit(long body) {
    int sum = 0;
    int weight = 3;
    for (long rest = body; rest > 0; rest /= 10) {
      sum += (int) (rest % 10) * weight;
      weight = 4 - weight;
    }
    return (10 - sum % 10) % 10;
  }

  @Override
  public String toString() {
    return text();
  }

  private String digits(int count) {
    char[] digits = new char[count];
    long rest = value;
    for (int i = count - 1; i >= 0; i--) {
      digits[i] = (char) ('0' + rest % 10);
      rest /= 10;
    }
    return new String(digits);
  }
}
