package io.sluice.gtin.gtin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What spreadsheets and data frames make of a number without losing a digit: {@code '952…}, {@code
 * ="952…"}, {@code 952….0}, {@code 9.52…E12}. Where a digit may be lost nothing is got back.
 */
final class SpreadsheetMarks {
  private static final Pattern FORMULA = Pattern.compile("=\"([^\"]*)\"");
  private static final Pattern DECIMALS =
      Pattern.compile("([0-9]+)(?:[.,]0{1,2}|(?<=[0-9]{11})[.,]0{3,6})");
  private static final Pattern EXPONENT =
      Pattern.compile("([0-9]+)(?:[.,]([0-9]+))?[eE]\\+?([0-9]{1,3})");

  private SpreadsheetMarks() {}

  /**
   * The text without them, with a step for each that was taken away; the refusal of a number whose
   * digits are not all there; empty where there are no marks.
   *
   * @param text without white space around it
   */
  static Optional<Unmarked> remove(String text, List<Reading.Step> steps) {
    String rest = text;
    List<Reading.Step> more = new ArrayList<>(steps);
    Matcher formula = FORMULA.matcher(rest);
    if (formula.matches()) {
      rest = formula.group(1);
      more.add(step("text-mark-removed", "=\"…\", by which a spreadsheet is told of a text"));
    } else if (rest.startsWith("'") && rest.length() > 1) {
      rest = rest.substring(1);
      more.add(
          step("text-mark-removed", "the apostrophe by which a spreadsheet is told of a text"));
    }
    Matcher decimals = DECIMALS.matcher(rest);
    if (decimals.matches()) {
      rest = decimals.group(1);
      more.add(step("decimals-removed", "zeros behind the decimal point were removed"));
    }
    Matcher exponent = EXPONENT.matcher(rest);
    if (exponent.matches()) {
      String digits = digits(exponent);
      if (digits.isEmpty()) {
        return Optional.of(new Unmarked.Lost(rounded(rest)));
      }
      rest = digits;
      more.add(
          step("exponent-resolved", "the number was written with an exponent, and all digits"));
    }
    return rest.equals(text) ? Optional.empty() : Optional.of(new Unmarked.Rest(rest, more));
  }

  /** What is left of a text. */
  sealed interface Unmarked {
    record Rest(String text, List<Reading.Step> steps) implements Unmarked {}

    record Lost(Reading.Refused refused) implements Unmarked {}
  }

  /** All digits of a whole number; empty where there are not as many as the exponent says. */
  private static String digits(Matcher exponent) {
    String whole = exponent.group(1);
    String fraction = exponent.group(2) == null ? "" : exponent.group(2);
    int places = Integer.parseInt(exponent.group(3));
    if (fraction.length() < places || !fraction.substring(places).chars().allMatch(c -> c == '0')) {
      return "";
    }
    return whole + fraction.substring(0, places);
  }

  private static Reading.Refused rounded(String text) {
    return Refusal.PRECISION_LOST.because(
        "found "
            + text
            + ", in which digits can be missing that a spreadsheet has rounded away, expected all"
            + " of them");
  }

  private static Reading.Step step(String code, String detail) {
    return new Reading.Step(code, detail, Confidence.CERTAIN);
  }
}
