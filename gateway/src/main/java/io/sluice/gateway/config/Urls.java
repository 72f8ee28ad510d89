package io.sluice.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;

/** Addresses that stages ask. */
final class Urls {
  private Urls() {}

  /** Whether it is an absolute http or https URL. */
  static boolean isHttp(String text) {
    try {
      URI url = new URI(text);
      String scheme = String.valueOf(url.getScheme());
      return url.getHost() != null && (scheme.equals("http") || scheme.equals("https"));
    } catch (URISyntaxException unreadable) {
      return false;
    }
  }

  /** Whether nobody on the way can change what it gives: https, or this machine. */
  static boolean isSafe(String text) {
    return isHttp(text)
        && (text.startsWith("https:")
            || URI.create(text).getHost().matches("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]"));
  }
}
