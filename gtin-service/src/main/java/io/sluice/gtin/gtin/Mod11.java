package io.sluice.gtin.gtin;

/** The check character of ISBN-10 (ISO 2108) and ISSN (ISO 3297): weights from 2 on, modulo 11. */
final class Mod11 {
  private Mod11() {}

  /** The character that follows these digits: a digit, or X for ten. */
  static char check(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      sum += (digits.charAt(i) - '0') * (digits.length() + 1 - i);
    }
    int check = (11 - sum % 11) % 11;
    return check == 10 ? 'X' : (char) ('0' + check);
  }

  /** Whether the last character, X in any case, is the check character of those before it. */
  static boolean holds(String text) {
    char last = Character.toUpperCase(text.charAt(text.length() - 1));
    return check(text.substring(0, text.length() - 1)) == last;
  }
}
