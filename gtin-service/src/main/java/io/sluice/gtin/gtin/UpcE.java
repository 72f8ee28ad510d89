package io.sluice.gtin.gtin;

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
}
