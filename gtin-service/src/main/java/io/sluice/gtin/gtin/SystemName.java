package io.sluice.gtin.gtin;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a numbering system as it is printed in front of a number: {@code ISBN 978-…}, {@code
 * EAN-13: …} (ISO 2108 and ISO 3297 print theirs so). It is evidence for that system and
 * contradicts every other.
 *
 * @param text as it was found
 * @param evidence for forms that only a word can decide for
 * @param fits whether a reading is of this system
 * @param rest what stands behind it
 */
record SystemName(String text, As evidence, Predicate<Reading.One> fits, String rest) {
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)(?:urn:)?[ep]?-?(ISBN|ISSN|ISMN|EAN|JAN|UPC|GTIN)(?:-L)?"
              + "(?:-?(8|10|12|13|14|A|E)(?![0-9A-Z])|\\h*\\((8|10|12|13|14)\\))?"
              + "(\\h*[/(]\\h*(?:EAN|UPC|GTIN|ISBN|JAN)\\)?)?"
              + "(?:[-\\h]*(?:code|number|nummer|nr\\.?|no\\.?))?[\\h:.#=-]*(?=[0-9M])(.*)");

  /** The name in front of a text, if there is one. */
  static Optional<SystemName> of(String text) {
    Matcher named = NAMED.matcher(text);
    if (!named.matches()) {
      return Optional.empty();
    }
    String digits = named.group(2) == null ? named.group(3) : named.group(2);
    String kind = digits == null ? "" : digits.toUpperCase(Locale.ROOT);
    // Of two names either may be meant.
    String system = named.group(4) == null ? named.group(1).toUpperCase(Locale.ROOT) : "GTIN";
    return Optional.of(
        new SystemName(
            text.substring(0, named.start(5)).strip(),
            evidence(system, kind),
            fits(system, kind),
            named.group(5)));
  }

  private static As evidence(String system, String kind) {
    return switch (system + kind) {
      case "ISBN", "ISBN10" -> new As(Set.of(Form.ISBN_10));
      case "ISSN" -> new As(Set.of(Form.ISSN));
      case "UPCE" -> new As(Set.of(Form.UPC_E));
      default -> As.ANYTHING;
    };
  }

  private static Predicate<Reading.One> fits(String system, String kind) {
    return switch (system) {
      case "ISBN" ->
          switch (kind) {
            case "10" -> one -> one.form() == Form.ISBN_10;
            case "13" -> one -> isOf("isbn", one) && one.form() != Form.ISBN_10;
            default -> one -> isOf("isbn", one);
          };
      case "ISSN" -> one -> isOf("issn", one);
      case "ISMN" -> one -> isOf("ismn", one);
      case "UPC" ->
          switch (kind) {
            case "E" -> one -> one.form() == Form.UPC_E;
            case "A" -> SystemName::isUpcA;
            default -> one -> one.form() == Form.UPC_E || isUpcA(one);
          };
      case "EAN", "JAN" ->
          switch (kind) {
            case "8" -> one -> is(Form.GTIN_8, one);
            case "13" -> one -> isEan(one) && !is(Form.GTIN_8, one);
            default -> SystemName::isEan;
          };
      default -> one -> isGtin(kind, one);
    };
  }

  private static boolean isOf(String kind, Reading.One one) {
    return Prefix.of(one.gtin()).kinds().contains(kind);
  }

  private static boolean is(Form form, Reading.One one) {
    return one.form() == form;
  }

  private static boolean isUpcA(Reading.One one) {
    return is(Form.UPC_WITHOUT_CHECK_DIGIT, one)
        || (!is(Form.UPC_E, one) && one.gtin().type() == GtinType.GTIN_12);
  }

  /** A database of EANs loses zeros as any other. */
  private static boolean isEan(Reading.One one) {
    return List.of(Form.GTIN_8, Form.GTIN_12, Form.GTIN_13).contains(one.form());
  }

  private static boolean isGtin(String kind, Reading.One one) {
    boolean digits =
        one.form() == Form.UPC_E
            || one.form() == Form.UPC_WITHOUT_CHECK_DIGIT
            || one.form().isOfDigits();
    return digits
        && (kind.isEmpty()
            || one.form().code().equals("gtin-" + kind)
            || one.gtin().type().text().equals("GTIN-" + kind));
  }
}
