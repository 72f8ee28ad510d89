package io.sluice.gtin.gtin;

import java.util.Optional;

/** The zero-suppressed form of some GTIN-12s (GS1 General Specifications, "UPC-E bar codes"). */
final class UpcE {
  private UpcE() {}

  /**
   * The eleven digits before the check digit of the GTIN-12 that eight UPC-E digits stand for.
   *
   * @param digits number system 0, six digits, check digit
   */
  static long expand(String digits) {
    String six = digits.substring(1, 7);
    char last = six.charAt(5);
    String body =
        switch (last) {
          case '0', '1', '2' -> six.substring(0, 2) + last + "0000" + six.substring(2, 5);
          case '3' -> six.substring(0, 3) + "00000" + six.substring(3, 5);
          case '4' -> six.substring(0, 4) + "00000" + six.charAt(4);
          default -> six.substring(0, 5) + "0000" + last;
        };
    return Long.parseLong(digits.charAt(0) + body);
  }

  /** The eight UPC-E digits of a GTIN-12 that has such a form: its inverse. */
  static Optional<String> suppress(Gtin gtin) {
    String digits = gtin.text().substring(2);
    if (gtin.type() != GtinType.GTIN_12 || digits.charAt(0) != '0') {
      return Optional.empty();
    }
    String maker = digits.substring(1, 6);
    String item = digits.substring(6, 11);
    String six = null;
    if (maker.matches("..[012]00") && item.startsWith("00")) {
      six = maker.substring(0, 2) + item.substring(2) + maker.charAt(2);
    } else if (maker.endsWith("00") && item.startsWith("000")) {
      six = maker.substring(0, 3) + item.substring(3) + "3";
    } else if (maker.endsWith("0") && item.startsWith("0000")) {
      six = maker.substring(0, 4) + item.substring(4) + "4";
    } else if (item.matches("0000[5-9]")) {
      six = maker + item.charAt(4);
    }
    return Optional.ofNullable(six).map(middle -> "0" + middle + digits.charAt(11));
  }
}
