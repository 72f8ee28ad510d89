package io.sluice.gtin.gtin;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a GTIN liberally and never recklessly: separators between digits and zeros lost in front
 * are repaired and reported; digits are never picked out of other text, other scripts' digits are
 * no digits, and where two readings are possible none is chosen in silence.
 */
public final class GtinReader {
  private static final int MOST_CHARACTERS = 64;
  private static final String DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212";
  private static final int UPC_E_DIGITS = 8;

  private GtinReader() {}

  /** What the text is. */
  public static Reading read(String text) {
    String trimmed = text.strip();
    if (trimmed.isEmpty()) {
      return new Reading.Refused("empty", "found nothing, expected 8, 12, 13 or 14 digits");
    }
    if (trimmed.length() > MOST_CHARACTERS) {
      return new Reading.Refused(
          "length", "found " + trimmed.length() + " characters, expected 8, 12, 13 or 14 digits");
    }
    StringBuilder digits = new StringBuilder(trimmed.length());
    for (int i = 0; i < trimmed.length(); i++) {
      char c = trimmed.charAt(i);
      if (c >= '0' && c <= '9') {
        digits.append(c);
      } else if (!isSeparator(c) || !isBetweenDigits(trimmed, i)) {
        return new Reading.Refused(
            "characters",
            "found " + describe(c) + " at character " + (i + 1) + ", expected digits");
      }
    }
    List<Reading.Step> steps = new ArrayList<>();
    if (trimmed.length() != text.length()) {
      steps.add(new Reading.Step("trimmed", "white space around the number was removed"));
    }
    if (digits.length() != trimmed.length()) {
      steps.add(
          new Reading.Step(
              "separators-removed", "spaces and dashes between the digits were removed"));
    }
    return readDigits(digits.toString(), steps);
  }

  private static Reading readDigits(String digits, List<Reading.Step> steps) {
    if (digits.chars().allMatch(c -> c == '0')) {
      return new Reading.Refused("all-zero", "found zeros only, expected a number that was issued");
    }
    return switch (digits.length()) {
      case 14, 13, 12 -> asItIs(digits, steps);
      case 8 -> digits.charAt(0) == '0' ? eightFromZero(digits, steps) : asItIs(digits, steps);
      case 11, 10 -> withLostZeros(digits, steps);
      default ->
          new Reading.Refused(
              "length", "found " + digits.length() + " digits, expected 8, 12, 13 or 14");
    };
  }

  private static Reading asItIs(String digits, List<Reading.Step> steps) {
    long value = Long.parseLong(digits);
    int expected = Gtin.checkDigit(value / 10);
    if (expected != value % 10) {
      return new Reading.Refused(
          "check-digit",
          "found check digit " + value % 10 + " in " + digits + ", expected " + expected);
    }
    return one(value, "GTIN-" + digits.length(), steps);
  }

  /** Eight digits from 0 on are a UPC-E, a company's own GTIN-8, or either. */
  private static Reading eightFromZero(String digits, List<Reading.Step> steps) {
    long value = Long.parseLong(digits);
    long expandedBody = UpcE.expand(digits);
    int check = digits.charAt(UPC_E_DIGITS - 1) - '0';
    boolean upcE = Gtin.checkDigit(expandedBody) == check;
    boolean gtin8 = Gtin.checkDigit(value / 10) == check;
    List<Reading.One> candidates = new ArrayList<>(2);
    if (upcE) {
      List<Reading.Step> more = new ArrayList<>(steps);
      more.add(new Reading.Step("upc-e-expanded", "the zeros that UPC-E leaves out were put back"));
      candidates.add(one(expandedBody * 10 + check, "UPC-E", more));
    }
    if (gtin8) {
      candidates.add(one(value, "GTIN-8", steps));
    }
    return switch (candidates.size()) {
      case 0 ->
          new Reading.Refused(
              "check-digit",
              "found check digit "
                  + check
                  + " in "
                  + digits
                  + ", expected "
                  + Gtin.checkDigit(expandedBody)
                  + " for UPC-E or "
                  + Gtin.checkDigit(value / 10)
                  + " for GTIN-8");
      case 1 -> candidates.getFirst();
      default -> new Reading.Several(List.copyOf(candidates));
    };
  }

  /** A GTIN-12 that a spreadsheet or a database took for a number. */
  private static Reading withLostZeros(String digits, List<Reading.Step> steps) {
    long value = Long.parseLong(digits);
    if (digits.charAt(0) == '0' || Gtin.checkDigit(value / 10) != value % 10) {
      return new Reading.Refused(
          "length",
          "found "
              + digits.length()
              + " digits that are no GTIN-12 without its zeros, expected 8, 12, 13 or 14");
    }
    int lost = 12 - digits.length();
    String zeros = lost == 1 ? "a zero" : lost + " zeros";
    List<Reading.Step> more = new ArrayList<>(steps);
    more.add(
        new Reading.Step("leading-zeros-restored", zeros + " lost in front of a GTIN-12 put back"));
    return one(value, "GTIN-12", more);
  }

  private static Reading.One one(long value, String form, List<Reading.Step> steps) {
    return new Reading.One(new Gtin(value), form, List.copyOf(steps));
  }

  private static boolean isSeparator(char c) {
    return c == ' ' || c == '\u00a0' || c == '\u202f' || DASHES.indexOf(c) >= 0;
  }

  private static boolean isBetweenDigits(String text, int at) {
    int before = at - 1;
    int after = at + 1;
    while (after < text.length() && isSeparator(text.charAt(after))) {
      after++;
    }
    boolean digitBefore =
        before >= 0 && (isDigit(text.charAt(before)) || isSeparator(text.charAt(before)));
    return digitBefore && after < text.length() && isDigit(text.charAt(after));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String describe(char c) {
    return c > ' ' && c < 0x7f ? "\"" + c + "\"" : String.format("U+%04X", (int) c);
  }
}
