package io.sluice.gateway.config;

import java.util.regex.Pattern;

/** What may be shown of a text that somebody wrote: in the log, in status, on a terminal. */
public final class Shown {
  private static final Pattern USER = Pattern.compile("//[^/@\\s]*@");
  private static final String HIDDEN = "//…@";

  private Shown() {}

  /**
   * On one line, without control characters, without the user and password of an address, and at
   * most so long.
   */
  public static String text(String written, int mostChars) {
    String start = written.length() > mostChars ? cut(written, mostChars) : written;
    StringBuilder line = new StringBuilder(start.length());
    for (int i = 0; i < start.length(); i++) {
      char c = start.charAt(i);
      boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
      line.append(control ? "\ufffd" : c);
    }
    return withoutUser(line.toString());
  }

  /** An address without its user and password. */
  public static String withoutUser(String text) {
    return text.indexOf('@') < 0 ? text : USER.matcher(text).replaceAll(HIDDEN);
  }

  /** An address without its user, and without its query, where tokens stand. */
  static String place(String url) {
    int query = url.indexOf('?');
    return withoutUser(query < 0 ? url : url.substring(0, query));
  }

  /** The cut must not part an address from the @ that tells a password. */
  private static String cut(String written, int mostChars) {
    return withoutUser(written.substring(0, Math.min(written.length(), mostChars * 4)))
            .substring(0, mostChars - 1)
        + "…";
  }
}
