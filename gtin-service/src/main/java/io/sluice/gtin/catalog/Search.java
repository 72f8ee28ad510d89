package io.sluice.gtin.catalog;

import java.util.List;
import java.util.Locale;

/**
 * What is looked for; what is empty does not matter.
 *
 * @param words that must all be in the name, the brand or the category, as {@link Words} has them;
 *     those of three letters and more may go on
 * @param digits that a number begins with, as it is printed in 8, 12, 13 or 14 digits; items that
 *     have either the words or the digits are found
 * @param brand whatever its case and the blanks around it
 * @param category alike
 * @param prefix digits that the number begins with, written as a GTIN-13 whatever its own length
 *     (GS1 General Specifications section 1.4)
 * @param after only numbers above this one
 * @param limit how many at most
 */
public record Search(
    List<String> words,
    String digits,
    String brand,
    String category,
    String prefix,
    long after,
    int limit) {
  /** A brand or category as it is compared. */
  static String alike(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  /** The same from another place on. */
  Search from(long place, int most) {
    return new Search(words, digits, brand, category, prefix, place, most);
  }

  /** The half of it that looks for digits. */
  Search byNumber() {
    return new Search(List.of(), digits, brand, category, prefix, after, limit);
  }
}
