package io.sluice.gateway.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What of a request tells one client, or one thing asked for, from another: the value of {@code
 * HashOn} and {@code SplitOn}.
 *
 * @param name the header's or cookie's name, where it is one
 */
public record RequestKey(Part part, String name) {
  /** Where in a request it is. */
  public enum Part {
    CLIENT_IP,
    PATH,
    HEADER,
    COOKIE
  }

  public static final RequestKey CLIENT_IP = new RequestKey(Part.CLIENT_IP, "");

  static final String EXPECTED =
      "client.ip, request.path, request.header.NAME or request.cookie.NAME";

  private static final String HEADER = "request.header.";
  private static final String COOKIE = "request.cookie.";

  /** Reads one as operators write it; null when it is none. */
  public static @Nullable RequestKey read(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.equals("client.ip")) {
      return CLIENT_IP;
    }
    if (lower.equals("request.path")) {
      return new RequestKey(Part.PATH, "");
    }
    if (lower.startsWith(HEADER) && Names.isToken(text.substring(HEADER.length()))) {
      return new RequestKey(Part.HEADER, text.substring(HEADER.length()));
    }
    if (lower.startsWith(COOKIE) && Names.isToken(text.substring(COOKIE.length()))) {
      return new RequestKey(Part.COOKIE, text.substring(COOKIE.length()));
    }
    return null;
  }
}
