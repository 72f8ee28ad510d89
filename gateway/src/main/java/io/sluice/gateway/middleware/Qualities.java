package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;

/** How much a client likes things (RFC 9110 section 12.4.2), read in one pass. */
final class Qualities {
  /** What stands behind so many parts is not looked at. */
  private static final int MOST_PARTS = 64;

  /** Told of each part. */
  interface Reader {
    void part(AsciiString name, double quality);
  }

  private Qualities() {}

  static void read(AsciiString list, Reader reader) {
    int start = 0;
    for (int parts = 0; parts < MOST_PARTS && start <= list.length(); parts++) {
      int comma = list.indexOf(',', start);
      int end = comma < 0 ? list.length() : comma;
      int semicolon = list.indexOf(';', start);
      boolean plain = semicolon < 0 || semicolon >= end;
      AsciiString name = list.subSequence(start, plain ? end : semicolon, false).trim();
      reader.part(name, plain ? 1 : quality(list.subSequence(semicolon + 1, end, false)));
      start = end + 1;
    }
  }

  /** Of {@code q=0.5} among parameters; 0 for one that is none, 1 where there is none. */
  private static double quality(AsciiString parameters) {
    int at = 0;
    while (at < parameters.length()) {
      int semicolon = parameters.indexOf(';', at);
      int end = semicolon < 0 ? parameters.length() : semicolon;
      AsciiString one = parameters.subSequence(at, end, false).trim();
      if (one.length() >= 2 && (one.charAt(0) | 0x20) == 'q' && one.charAt(1) == '=') {
        return number(one.subSequence(2, one.length(), false).trim());
      }
      at = end + 1;
    }
    return 1;
  }

  private static double number(AsciiString text) {
    boolean shaped = !text.isEmpty() && text.length() <= 5 && text.charAt(0) <= '1';
    double value = 0;
    double unit = 1;
    for (int i = 0; shaped && i < text.length(); i++) {
      char c = text.charAt(i);
      if (i == 1) {
        shaped = c == '.';
      } else {
        shaped = c >= '0' && c <= '9';
        value += (c - '0') * unit;
        unit /= 10;
      }
    }
    return shaped && value <= 1 ? value : 0;
  }
}
