package io.sluice.gtin.gtin;

import static java.util.stream.Collectors.joining;

import java.util.Comparator;
import java.util.List;

/** What a text was found to be. */
public sealed interface Reading {
  /**
   * Something that was done to the text on the way to the number.
   *
   * @param code stable, for programs
   * @param detail one sentence, for people
   * @param confidence how much speaks for it
   */
  record Step(String code, String detail, Confidence confidence) {}

  /**
   * One number and how it was reached.
   *
   * @param form the form in which it came
   */
  record One(Gtin gtin, Form form, List<Step> steps) implements Reading {
    /** That of the least sure step. */
    public Confidence confidence() {
      return steps.stream()
          .map(Step::confidence)
          .max(Comparator.naturalOrder())
          .orElse(Confidence.CERTAIN);
    }
  }

  /** A text that means different numbers in different forms; nothing in it says which. */
  record Several(List<One> candidates) implements Reading {
    /** The numbers and their forms: {@code 00012345000065 (UPC-E) or 00000001234565 (GTIN-8)}. */
    public String text() {
      return candidates.stream()
          .map(one -> one.gtin().text() + " (" + one.form().text() + ")")
          .collect(joining(" or "));
    }
  }

  /**
   * Not a GTIN.
   *
   * @param detail what was found and what was expected
   * @param digits of a number with a wrong check digit; else empty
   */
  record Refused(Refusal code, String detail, String digits) implements Reading {
    /**
     * The numbers that one slip would have turned into this one, for a wrong check digit: one digit
     * changed, or two neighbours swapped.
     */
    public List<Gtin> nearMisses() {
      return digits.isEmpty() ? List.of() : NearMisses.of(digits);
    }
  }
}
