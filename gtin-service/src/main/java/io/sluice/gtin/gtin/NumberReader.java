package io.sluice.gtin.gtin;

import java.util.ArrayList;
import java.util.List;

/** Digits, perhaps with separators between them, and the letters of ISBN, ISSN and ISMN. */
final class NumberReader {
  private static final int MOST_CHARACTERS = 64;
  private static final String DASHES =
      "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d";
  private static final String EXPECTED = "expected 8, 12, 13 or 14";

  private NumberReader() {}

  /**
   * Reads them.
   *
   * @param text without white space around it
   * @param steps what was done before; not changed
   */
  static Reading read(String text, List<Reading.Step> steps) {
    if (text.length() > MOST_CHARACTERS) {
      return Refusal.LENGTH.because(
          "found " + text.length() + " characters, expected 8, 12, 13 or 14 digits");
    }
    StringBuilder digits = new StringBuilder(text.length());
    boolean musical = (text.charAt(0) == 'M' || text.charAt(0) == 'm') && text.length() > 9;
    for (int i = musical ? 1 : 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean finalX = (c == 'X' || c == 'x') && i == text.length() - 1 && i > 0;
      if (isDigit(c) || finalX) {
        digits.append(finalX ? 'X' : c);
      } else if (!isSeparator(c) || !(isBetween(text, i) || (musical && i == 1))) {
        return Refusal.CHARACTERS.because(
            "found " + describe(c) + " at character " + (i + 1) + ", expected digits");
      }
    }
    List<Reading.Step> more = new ArrayList<>(steps);
    if (digits.length() != text.length() - (musical ? 1 : 0)) {
      more.add(
          new Reading.Step(
              "separators-removed", "spaces and dashes between the digits were removed"));
    }
    if (musical) {
      return ismn(digits.toString(), more);
    }
    return readDigits(digits.toString(), text, more);
  }

  private static Reading readDigits(String digits, String written, List<Reading.Step> steps) {
    if (digits.chars().allMatch(c -> c == '0')) {
      return Refusal.ALL_ZERO.because("found zeros only, expected a number that was issued");
    }
    boolean endsInX = digits.endsWith("X");
    return switch (digits.length()) {
      case 8 -> eight(digits, written, steps);
      case 10 -> ten(digits, written, steps);
      case 11, 12, 13, 14 -> {
        if (endsInX) {
          yield Refusal.CHARACTERS.because(
              "found \"X\" after " + (digits.length() - 1) + " digits, expected a digit");
        }
        yield digits.length() == 11
            ? withLostZeros(digits, steps)
            : asItIs(digits, Form.ofDigits(digits.length()), steps);
      }
      default -> Refusal.LENGTH.because("found " + digits.length() + " digits, " + EXPECTED);
    };
  }

  static Reading asItIs(String digits, Form form, List<Reading.Step> steps) {
    long value = Long.parseLong(digits);
    if (value == 0) {
      return Refusal.ALL_ZERO.because("found zeros only, expected a number that was issued");
    }
    int expected = Gtin.checkDigit(value / 10);
    if (expected != value % 10) {
      return new Reading.Refused(
          Refusal.CHECK_DIGIT,
          "found check digit " + value % 10 + " in " + digits + ", expected " + expected,
          digits);
    }
    return one(value, form, steps);
  }

  /**
   * Eight digits: a GTIN-8; from 0 on, a UPC-E or a company's own number; with X or a dash, ISSN.
   */
  private static Reading eight(String digits, String written, List<Reading.Step> steps) {
    List<Reading.One> candidates = new ArrayList<>();
    boolean serial = digits.endsWith("X") || written.matches("[0-9]{4}-[0-9]{4}");
    if (serial && Mod11.holds(digits)) {
      candidates.add(issn(digits, steps));
    }
    if (digits.endsWith("X")) {
      return candidates.isEmpty()
          ? Refusal.CHECK_DIGIT.because(
              "found X at the end of an ISSN, expected " + Mod11.check(digits.substring(0, 7)))
          : candidates.getFirst();
    }
    long value = Long.parseLong(digits);
    int check = (int) (value % 10);
    boolean shortened = digits.charAt(0) == '0';
    long expanded = shortened ? UpcE.expand(digits) : 0;
    if (expanded > 0 && upcE(digits, steps) instanceof Reading.One upcE) {
      candidates.add(upcE);
    }
    int expected = Gtin.checkDigit(value / 10);
    boolean sameNumber = expanded > 0 && expanded * 10 + check == value;
    if (expected == check && !sameNumber) {
      candidates.add(one(value, Form.GTIN_8, steps));
    }
    if (!candidates.isEmpty()) {
      return choice(candidates);
    }
    String expectations =
        shortened
            ? Gtin.checkDigit(expanded) + " for UPC-E or " + expected + " for GTIN-8"
            : String.valueOf(expected);
    return new Reading.Refused(
        Refusal.CHECK_DIGIT,
        "found check digit " + check + " in " + digits + ", expected " + expectations,
        digits);
  }

  /** Eight digits from 0 on that are known to be a UPC-E. */
  static Reading upcE(String digits, List<Reading.Step> steps) {
    long body = UpcE.expand(digits);
    return asItIs(
        body + digits.substring(7),
        Form.UPC_E,
        with(steps, "upc-e-expanded", "the zeros that UPC-E leaves out were put back"));
  }

  /** Ten characters: an ISBN of the old kind, or a GTIN-12 that lost two zeros. */
  private static Reading ten(String digits, String written, List<Reading.Step> steps) {
    List<Reading.One> candidates = new ArrayList<>();
    boolean book = Mod11.holds(digits);
    // Three dashes or spaces are how an ISBN is written, and nothing else of ten digits.
    boolean inFourParts = written.chars().filter(c -> isSeparator((char) c)).count() == 3;
    if (book) {
      long body = Long.parseLong("978" + digits.substring(0, 9));
      candidates.add(
          one(
              body * 10 + Gtin.checkDigit(body),
              Form.ISBN_10,
              with(steps, "isbn-10-converted", "978 put in front and the check digit made anew")));
    }
    if (!digits.endsWith("X") && !(book && inFourParts)) {
      if (withLostZeros(digits, steps) instanceof Reading.One stripped) {
        candidates.add(stripped);
      }
    }
    if (!candidates.isEmpty()) {
      return choice(candidates);
    }
    return digits.endsWith("X") || inFourParts
        ? Refusal.CHECK_DIGIT.because(
            "found "
                + digits.charAt(9)
                + " at the end of an ISBN-10, expected "
                + Mod11.check(digits.substring(0, 9)))
        : withLostZeros(digits, steps);
  }

  /** A GTIN-12 that a spreadsheet or a database took for a number. */
  private static Reading withLostZeros(String digits, List<Reading.Step> steps) {
    long value = Long.parseLong(digits);
    if (digits.charAt(0) == '0' || Gtin.checkDigit(value / 10) != value % 10) {
      return Refusal.LENGTH.because(
          "found "
              + digits.length()
              + " digits that are no GTIN-12 without its zeros"
              + (digits.length() == 10
                  ? ", nor an ISBN-10, which would end in " + Mod11.check(digits.substring(0, 9))
                  : "")
              + ", "
              + EXPECTED
              + appended(digits));
    }
    int lost = 12 - digits.length();
    String zeros = lost == 1 ? "a zero" : lost + " zeros";
    return one(
        value,
        Form.GTIN_12,
        with(steps, "leading-zeros-restored", zeros + " lost in front of a GTIN-12 put back"));
  }

  /** A check digit that was left out is named, never put there. */
  private static String appended(String digits) {
    return digits.length() == 11
        ? "; with the check digit "
            + Gtin.checkDigit(Long.parseLong(digits))
            + " it would be a GTIN-12"
        : "";
  }

  private static Reading.One issn(String digits, List<Reading.Step> steps) {
    long body = Long.parseLong("977" + digits.substring(0, 7) + "00");
    return one(
        body * 10 + Gtin.checkDigit(body),
        Form.ISSN,
        with(
            steps,
            "issn-converted",
            "977 put in front, variant 00, and the check digit made anew"));
  }

  /** The old form of a music number: M stands for 979-0, under the same check digit. */
  private static Reading ismn(String digits, List<Reading.Step> steps) {
    if (digits.length() != 9 || digits.endsWith("X")) {
      return Refusal.LENGTH.because(
          "found M and " + digits.length() + " digits, expected M and 9 digits of an ISMN");
    }
    List<Reading.Step> more = with(steps, "ismn-converted", "M became 979-0");
    return asItIs("9790" + digits, Form.ISMN, more);
  }

  private static Reading choice(List<Reading.One> candidates) {
    return candidates.size() == 1
        ? candidates.getFirst()
        : new Reading.Several(List.copyOf(candidates));
  }

  private static Reading.One one(long value, Form form, List<Reading.Step> steps) {
    return new Reading.One(new Gtin(value), form, List.copyOf(steps));
  }

  static List<Reading.Step> with(List<Reading.Step> steps, String code, String detail) {
    List<Reading.Step> more = new ArrayList<>(steps);
    more.add(new Reading.Step(code, detail));
    return more;
  }

  private static boolean isSeparator(char c) {
    return Character.isSpaceChar(c) || DASHES.indexOf(c) >= 0;
  }

  /** Whether a digit stands on either side, if one looks past other separators. */
  private static boolean isBetween(String text, int at) {
    int after = at + 1;
    while (after < text.length() && isSeparator(text.charAt(after))) {
      after++;
    }
    boolean before =
        isDigit(text.charAt(at - 1 < 0 ? at : at - 1))
            || (at > 0 && isSeparator(text.charAt(at - 1)));
    boolean behind =
        after < text.length()
            && (isDigit(text.charAt(after)) || Character.toUpperCase(text.charAt(after)) == 'X');
    return before && behind;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String describe(char c) {
    String shown = c > ' ' && c < 0x7f ? "\"" + c + "\"" : String.format("U+%04X", (int) c);
    return switch (c) {
      case 'O', 'o' -> shown + ", perhaps for 0,";
      case 'l', 'I', 'i' -> shown + ", perhaps for 1,";
      default -> shown;
    };
  }
}
