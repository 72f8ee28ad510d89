package io.sluice.gtin.gtin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The prefix by which a scanner says what kind of bar code it has read (ISO/IEC 15424): {@code ]},
 * a letter, a modifier. It decides what the characters after it mean.
 */
final class Symbology {
  private static final int LENGTH = 3;
  private static final int EAN_13 = 13;

  /** Where the second message begins; no element of the first can hold these characters. */
  private static final Pattern COMPOSITE = Pattern.compile("\\|?\\]e0");

  private Symbology() {}

  /**
   * Reads what follows the prefix as what the prefix says it is.
   *
   * @param scanned begins with a bracket; of a composite code the first message names the item (GS1
   *     General Specifications, "Composite Component")
   */
  static Reading read(String scanned, List<Reading.Step> before, As as) {
    Matcher composite = COMPOSITE.matcher(scanned);
    boolean composed = composite.find(Math.min(LENGTH, scanned.length()));
    String text = composed ? scanned.substring(0, composite.start()) : scanned;
    List<Reading.Step> steps =
        composed
            ? NumberReader.with(
                before,
                "composite-removed",
                "the second message of a composite code is not part of the number",
                Confidence.CERTAIN)
            : before;
    if (text.length() <= LENGTH) {
      return Refusal.MALFORMED.because(
          "found \"" + text + "\", expected a symbology identifier such as ]E0 and its data");
    }
    String identifier = text.substring(0, LENGTH);
    String data = text.substring(LENGTH);
    List<Reading.Step> more =
        NumberReader.with(
            steps,
            "symbology-identifier-removed",
            identifier + " says how the code was read",
            Confidence.CERTAIN);
    return switch (identifier) {
      case "]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1" -> ElementString.read(data, more);
      case "]E0" -> ean(data, more);
      case "]E3" -> withAddOn(data, more);
      case "]E4" -> exactly(8, Form.GTIN_8, data, more);
      case "]I1" -> exactly(14, Form.GTIN_14, data, more);
      case "]E1", "]E2" ->
          Refusal.NOT_AN_ITEM.because(
              "found " + identifier + ", the add-on of a bar code, expected the code beside it");
      default -> ofNoGs1Code(data, more, as);
    };
  }

  /**
   * EAN-13 and UPC-A come as 13 digits; some scanners leave the first zero out, or UPC-E as it is.
   */
  private static Reading ean(String data, List<Reading.Step> steps) {
    if (data.matches("0[0-9]{7}")) {
      return NumberReader.upcE(data, steps, Confidence.CERTAIN);
    }
    return data.length() == 12
        ? exactly(12, Form.GTIN_12, data, steps)
        : exactly(EAN_13, Form.GTIN_13, data, steps);
  }

  /** Two or five digits beside a bar code, such as a price, are not part of the number. */
  private static Reading withAddOn(String data, List<Reading.Step> steps) {
    if (!data.matches("[0-9]{13}([0-9]{2}|[0-9]{5})")) {
      return Refusal.LENGTH.because(
          "found " + data.length() + " characters after ]E3, expected 15 or 18 digits");
    }
    return exactly(
        EAN_13,
        Form.GTIN_13,
        data.substring(0, EAN_13),
        NumberReader.with(
            steps, "add-on-removed", "the add-on is not part of the number", Confidence.CERTAIN));
  }

  private static Reading exactly(int digits, Form form, String data, List<Reading.Step> steps) {
    if (!data.matches("[0-9]{" + digits + "}")) {
      return Refusal.LENGTH.because(
          "found \"" + data + "\" after its symbology identifier, expected " + digits + " digits");
    }
    return NumberReader.asItIs(data, form, steps);
  }

  /** A bar code that is not GS1's may hold a link, or a bare number. */
  private static Reading ofNoGs1Code(String data, List<Reading.Step> steps, As as) {
    return data.regionMatches(true, 0, "http", 0, 4)
        ? DigitalLink.read(data, steps)
        : NumberReader.read(data, steps, as);
  }
}
