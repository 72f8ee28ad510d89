package io.sluice.gtin.gtin;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Digits, perhaps with separators between them, and the letters of ISBN, ISSN and ISMN.
 *
 * <p>A text becomes one number only where one reading is left that chance does not explain. Of the
 * ten-digit texts one in ten passes the check of a number that lost two zeros and one in eleven
 * that of an ISBN, and each may be a UPC without its first zero and its check digit: so ten digits
 * alone never mean one number, and hyphens, an X or the sender's word do.
 */
final class NumberReader {
  private static final int MOST_CHARACTERS = 64;
  private static final String DASHES =
      "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d";
  private static final String EXPECTED = "expected 8, 12, 13 or 14";

  /** What is taken where fourteen digits belong. */
  static final Pattern ANY_LENGTH = Pattern.compile("[0-9]{8}|[0-9]{12,14}");

  /** Group, publisher, title and check character (ISO 2108, "Structure of an ISBN"). */
  private static final Pattern BOOK = Pattern.compile("[0-9]{1,5}-[0-9]{1,7}-[0-9]{1,6}-[0-9Xx]");

  /** A year, a month and a day, in the orders that people have (ISO 8601 section 5.2.1). */
  private static final Pattern DATE =
      Pattern.compile(
          "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
              + "|(0[1-9]|[12][0-9]|3[01])-(0[1-9]|[12][0-9]|3[01])-(19|20)[0-9]{2}");

  /** A UPC-A as it is printed, but for the small first digit. */
  private static final Pattern PRINTED = Pattern.compile("[0-9]{5}-[0-9]{5}-?[0-9]");

  private final String digits;

  /** The text with every separator as a hyphen. */
  private final String written;

  private final List<Reading.Step> steps;
  private final As as;

  private NumberReader(String digits, String written, List<Reading.Step> steps, As as) {
    this.digits = digits;
    this.written = written;
    this.steps = steps;
    this.as = as;
  }

  /**
   * Reads them.
   *
   * @param text without white space around it
   * @param steps what was done before; not changed
   * @param as evidence for forms; the reading may be in another one
   */
  static Reading read(String text, List<Reading.Step> steps, As as) {
    if (text.length() > MOST_CHARACTERS) {
      return Refusal.LENGTH.because(
          "found " + text.length() + " characters, expected 8, 12, 13 or 14 digits");
    }
    StringBuilder digits = new StringBuilder(text.length());
    StringBuilder written = new StringBuilder(text.length());
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
      written.append(isSeparator(c) ? '-' : c);
    }
    List<Reading.Step> more = new ArrayList<>(steps);
    if (digits.length() != text.length() - (musical ? 1 : 0)) {
      more.add(
          new Reading.Step(
              "separators-removed",
              "spaces and dashes between the digits were removed",
              Confidence.CERTAIN));
    }
    NumberReader number =
        new NumberReader(digits.toString(), written.toString(), List.copyOf(more), as);
    return musical ? number.ismn() : number.read();
  }

  private Reading read() {
    if (digits.chars().allMatch(c -> c == '0')) {
      return Refusal.ALL_ZERO.because("found zeros only, expected a number that was issued");
    }
    return switch (digits.length()) {
      case 8 -> eight();
      case 10 -> ten();
      case 11, 12, 13, 14 -> {
        if (endsInX()) {
          yield Refusal.CHARACTERS.because(
              "found \"X\" after " + (digits.length() - 1) + " digits, expected a digit");
        }
        yield digits.length() == 11
            ? eleven()
            : asItIs(digits, Form.ofDigits(digits.length()), steps);
      }
      default -> Refusal.LENGTH.because("found " + digits.length() + " digits, " + EXPECTED);
    };
  }

  /**
   * A number where fourteen digits belong and older writers put fewer, which is reported.
   *
   * @param old whether it is written in an older way anyhow
   * @param detail what is written today
   */
  static Reading fourteen(
      String digits, boolean old, Form form, List<Reading.Step> steps, String detail) {
    boolean today = !old && digits.length() == 14;
    return asItIs(
        digits, form, today ? steps : with(steps, "old-syntax", detail, Confidence.CERTAIN));
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
  private Reading eight() {
    if (DATE.matcher(written).matches()) {
      return Refusal.NOT_AN_ITEM.because("found a date, expected the number of an item");
    }
    List<Reading.One> candidates = new ArrayList<>();
    boolean serial = endsInX() || as.names(Form.ISSN) || written.matches("[0-9]{4}-[0-9]{4}");
    if (serial && Mod11.holds(digits)) {
      candidates.add(issn());
    }
    if (endsInX()) {
      return candidates.isEmpty()
          ? Refusal.CHECK_DIGIT.because(
              "found X at the end of an ISSN, expected " + Mod11.check(digits.substring(0, 7)))
          : candidates.getFirst();
    }
    long value = Long.parseLong(digits);
    int check = (int) (value % 10);
    boolean shortened = digits.charAt(0) == '0';
    long expanded = shortened ? UpcE.expand(digits) : 0;
    Confidence sure = as.confidence(Form.UPC_E, Confidence.LIKELY);
    if (expanded > 0 && upcE(digits, steps, sure) instanceof Reading.One upcE) {
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

  /** Eight digits from 0 on that are known, or taken, to be a UPC-E. */
  static Reading upcE(String digits, List<Reading.Step> steps, Confidence confidence) {
    long body = UpcE.expand(digits);
    return asItIs(
        body + digits.substring(7),
        Form.UPC_E,
        with(steps, "upc-e-expanded", "the zeros that UPC-E leaves out were put back", confidence));
  }

  /**
   * Ten characters: a book where they are written as one, else what two zeros, or a zero and the
   * check digit, are missing from.
   */
  private Reading ten() {
    boolean bookShaped = BOOK.matcher(written).matches();
    if (endsInX() || bookShaped) {
      return Mod11.holds(digits) ? isbn(Confidence.CERTAIN) : noBook();
    }
    List<Reading.One> candidates = new ArrayList<>();
    // Separators that are not a book's speak against a book.
    boolean bare = written.length() == digits.length();
    if ((bare || as.names(Form.ISBN_10)) && Mod11.holds(digits)) {
      candidates.add(isbn(as.confidence(Form.ISBN_10, Confidence.GUESSED)));
    }
    if (lacksZerosOnly()) {
      candidates.add(withLostZeros(as.confidence(Form.GTIN_12, Confidence.GUESSED)));
    }
    if (candidates.isEmpty() && !as.names(Form.UPC_WITHOUT_CHECK_DIGIT)) {
      return as.names(Form.ISBN_10) ? noBook() : lacksDigits(digits);
    }
    candidates.add(withCheckDigit());
    return choice(candidates);
  }

  private Reading eleven() {
    List<Reading.One> candidates = new ArrayList<>();
    // What is no number to a spreadsheet has lost no zero; but people leave the small one out.
    boolean asPrinted = written.length() == digits.length() || PRINTED.matcher(written).matches();
    if (lacksZerosOnly() && (asPrinted || as.names(Form.GTIN_12))) {
      candidates.add(withLostZeros(as.confidence(Form.GTIN_12, Confidence.LIKELY)));
    }
    if (as.names(Form.UPC_WITHOUT_CHECK_DIGIT)) {
      candidates.add(withCheckDigit());
    }
    return candidates.isEmpty() ? lacksDigits(digits) : choice(candidates);
  }

  /** Whether zeros in front make a good GTIN-12 of it; who lost them has none left. */
  private boolean lacksZerosOnly() {
    long value = Long.parseLong(digits);
    return digits.charAt(0) != '0' && Gtin.isGood(value);
  }

  /** A GTIN-12 that a spreadsheet or a database took for a number. */
  private Reading.One withLostZeros(Confidence confidence) {
    String zeros = digits.length() == 11 ? "a zero" : "2 zeros";
    return made(
        new Gtin(Long.parseLong(digits)),
        Form.GTIN_12,
        "leading-zeros-restored",
        zeros + " lost in front of a GTIN-12 put back",
        confidence);
  }

  /** The digits as databases keep them that leave out the check digit, and the zero in front. */
  private Reading.One withCheckDigit() {
    return made(
        Gtin.ofBody(Long.parseLong(digits)),
        Form.UPC_WITHOUT_CHECK_DIGIT,
        "check-digit-added",
        "the check digit of a GTIN-12 was put behind it",
        as.confidence(Form.UPC_WITHOUT_CHECK_DIGIT, Confidence.GUESSED));
  }

  private Reading.Refused noBook() {
    return Refusal.CHECK_DIGIT.because(
        "found "
            + digits.charAt(9)
            + " at the end of an ISBN-10, expected "
            + Mod11.check(digits.substring(0, 9)));
  }

  /** A check digit that was left out is named, and not put there unless the sender says so. */
  static Reading.Refused lacksDigits(String written) {
    String digits = written.replaceAll("[^0-9]", "");
    return Refusal.LENGTH.because(
        "found "
            + digits.length()
            + " digits that are no GTIN-12 without its zeros"
            + (digits.length() == 10
                ? ", nor an ISBN-10, which would end in " + Mod11.check(digits.substring(0, 9))
                : "")
            + ", "
            + EXPECTED
            + "; with the check digit "
            + Gtin.checkDigit(Long.parseLong(digits))
            + " it would be a GTIN-12 (upc-without-check-digit)");
  }

  private Reading.One isbn(Confidence confidence) {
    return made(
        Gtin.ofBody(Long.parseLong("978" + digits.substring(0, 9))),
        Form.ISBN_10,
        "isbn-10-converted",
        "978 put in front and the check digit made anew",
        confidence);
  }

  private Reading.One issn() {
    boolean said = endsInX() || as.names(Form.ISSN);
    return made(
        Gtin.ofBody(Long.parseLong("977" + digits.substring(0, 7) + "00")),
        Form.ISSN,
        "issn-converted",
        "977 put in front, variant 00, and the check digit made anew",
        said ? Confidence.CERTAIN : Confidence.LIKELY);
  }

  /** A number that was made out of the digits by one more step. */
  private Reading.One made(
      Gtin gtin, Form form, String code, String detail, Confidence confidence) {
    return new Reading.One(gtin, form, with(steps, code, detail, confidence));
  }

  /** The old form of a music number: M stands for 979-0, under the same check digit. */
  private Reading ismn() {
    if (digits.length() != 9 || endsInX()) {
      return Refusal.LENGTH.because(
          "found M and " + digits.length() + " digits, expected M and 9 digits of an ISMN");
    }
    return asItIs(
        "9790" + digits,
        Form.ISMN,
        with(steps, "ismn-converted", "M became 979-0", Confidence.CERTAIN));
  }

  private boolean endsInX() {
    return digits.endsWith("X");
  }

  private static Reading choice(List<Reading.One> candidates) {
    return candidates.size() == 1
        ? candidates.getFirst()
        : new Reading.Several(List.copyOf(candidates));
  }

  private static Reading.One one(long value, Form form, List<Reading.Step> steps) {
    return new Reading.One(new Gtin(value), form, List.copyOf(steps));
  }

  static List<Reading.Step> with(
      List<Reading.Step> steps, String code, String detail, Confidence confidence) {
    List<Reading.Step> more = new ArrayList<>(steps);
    more.add(new Reading.Step(code, detail, confidence));
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
