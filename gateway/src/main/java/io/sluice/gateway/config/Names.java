package io.sluice.gateway.config;

import io.netty.util.NetUtil;

/** What can be the name of something on the wire. */
final class Names {
  private static final String MARKS = "!#$%&'*+-.^_`|~";
  private static final int MOST_LABEL = 63;
  private static final int MOST_HOST = 253;

  private Names() {}

  /** Whether a header field or a cookie can have this name (RFC 9110 section 5.6.2). */
  static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> isLetterOrDigit(c) || (c < 0x7f && MARKS.indexOf(c) >= 0));
  }

  /** Whether a certificate can be asked for by this name (RFC 6066 section 3), or address. */
  static boolean isHost(String text) {
    if (NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text)) {
      return true;
    }
    if (text.isEmpty() || text.length() > MOST_HOST) {
      return false;
    }
    for (String label : text.split("\\.", -1)) {
      boolean shaped =
          !label.isEmpty()
              && label.length() <= MOST_LABEL
              && label.charAt(0) != '-'
              && label.charAt(label.length() - 1) != '-'
              && label.chars().allMatch(c -> isLetterOrDigit(c) || c == '-');
      if (!shaped) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
