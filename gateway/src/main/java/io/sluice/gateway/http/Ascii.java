package io.sluice.gateway.http;

/** Classes of bytes as RFC 9110 section 5.6.2 and RFC 3986 name them. */
final class Ascii {
  static final byte CR = '\r';
  static final byte LF = '\n';

  private static final boolean[] TOKEN =
      table("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  private static final boolean[] HOST =
      table("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~!$&'()*+,;=%");

  private Ascii() {}

  /** {@code tchar} of RFC 9110 section 5.6.2. */
  static boolean isToken(byte b) {
    return b >= 0 && TOKEN[b];
  }

  /** {@code reg-name} of RFC 3986 section 3.2.2. */
  static boolean isHost(byte b) {
    return b >= 0 && HOST[b];
  }

  /**
   * A byte that may stand in a field value: HTAB, SP, visible characters and, as data, 0x80 to
   * 0xFF.
   */
  static boolean isFieldValue(byte b) {
    return b < 0 || (b >= ' ' && b != 0x7f) || b == '\t';
  }

  /**
   * What may stand in a request target: visible ASCII without the fragment mark and the backslash.
   */
  static boolean isTarget(byte b) {
    return b > ' ' && b < 0x7f && b != '#' && b != '\\';
  }

  /**
   * {@code unreserved} of RFC 3986 section 2.3: characters that mean the same with and without an
   * escape.
   */
  static boolean isUnreserved(int value) {
    return (value >= 'a' && value <= 'z')
        || (value >= 'A' && value <= 'Z')
        || (value >= '0' && value <= '9')
        || value == '-'
        || value == '.'
        || value == '_'
        || value == '~';
  }

  static byte upper(byte b) {
    return b >= 'a' && b <= 'z' ? (byte) (b - 32) : b;
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /** The value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    if (isDigit(b)) {
      return b - '0';
    }
    byte lower = lower(b);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private static boolean[] table(String members) {
    boolean[] table = new boolean[128];
    for (int i = 0; i < members.length(); i++) {
      table[members.charAt(i)] = true;
    }
    return table;
  }
}
