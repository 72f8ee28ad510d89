package io.sluice.gtin.gtin;

import java.util.List;

/** What a text was found to be. */
public sealed interface Reading {
  /**
   * Something that was done to the text on the way to the number.
   *
   * @param code stable, for programs
   * @param detail one sentence, for people
   */
  record Step(String code, String detail) {}

  /**
   * One number and how it was reached.
   *
   * @param form the form in which it came, such as {@code GTIN-13} or {@code UPC-E}
   */
  record One(Gtin gtin, String form, List<Step> steps) implements Reading {}

  /** A text that means different numbers in different forms; nothing in it says which. */
  record Several(List<One> candidates) implements Reading {}

  /**
   * Not a GTIN.
   *
   * @param code stable, for programs: {@code characters}, {@code length}, {@code check-digit},
   *     {@code all-zero} or {@code empty}
   * @param detail what was found and what was expected
   */
  record Refused(String code, String detail) implements Reading {}
}
