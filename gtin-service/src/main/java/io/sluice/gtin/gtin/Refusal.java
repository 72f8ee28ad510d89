package io.sluice.gtin.gtin;

import java.util.Locale;

/** Why a text is no GTIN. The code is stable, for programs. */
public enum Refusal {
  EMPTY("nothing stands where a number is expected"),
  CHARACTERS("something that is no digit stands among the digits"),
  LENGTH("no form of a GTIN has so many digits"),
  CHECK_DIGIT("the last digit does not follow from those before it"),
  ALL_ZERO("zeros only are never issued"),
  PRECISION_LOST(
      "digits of the number can be missing, as a spreadsheet rounds it; they cannot be got back"),
  NOT_AN_ITEM("the text carries identifiers, but none of a trade item"),
  OTHER_FORM("the number does not come in the form that was named"),
  SEVERAL_ITEMS("the text carries the numbers of several trade items"),
  MALFORMED("the element string or link is broken");

  private final String meaning;

  Refusal(String meaning) {
    this.meaning = meaning;
  }

  /** Such as {@code check-digit}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One sentence without a full stop. */
  public String meaning() {
    return meaning;
  }

  Reading.Refused because(String detail) {
    return new Reading.Refused(this, detail, "");
  }
}
