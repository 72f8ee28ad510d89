package io.sluice.gateway.middleware;

import io.sluice.gateway.http.Reason;
import io.sluice.gateway.middleware.Verdict.Answer;
import io.sluice.gateway.middleware.Verdict.Header;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Answers that several stages give. */
final class Answers {
  private static final int MOST_LOCATION = 8_192;

  private Answers() {}

  /**
   * Sends the client elsewhere.
   *
   * @param url must be absolute, http or https; else the answer is an error, so that nobody's text
   *     becomes a header line or a script
   */
  static Verdict.Refusal elsewhere(int status, String url, String body) {
    int end = endOfAuthority(url);
    if (end < 0 || url.length() > MOST_LOCATION) {
      return Verdict.Reply.of(Reason.BAD_REWRITE);
    }
    StringBuilder location = new StringBuilder(url.substring(0, end));
    for (int i = end; i < url.length(); i++) {
      char c = url.charAt(i);
      if (c <= ' ' || c > '~') {
        return Verdict.Reply.of(Reason.BAD_REWRITE);
      }
      switch (c) {
        case '"' -> location.append("%22");
        case '<' -> location.append("%3C");
        case '>' -> location.append("%3E");
        default -> location.append(c);
      }
    }
    return new Answer(
        Reason.REDIRECTED,
        status,
        List.of(
            new Header("Location", location.toString()),
            new Header("Content-Type", "text/plain; charset=utf-8")),
        body);
  }

  /** Where scheme and authority of a URL end; -1 for what is no absolute http or https URL. */
  private static int endOfAuthority(String url) {
    int scheme = url.indexOf("://");
    if (scheme < 0) {
      return -1;
    }
    int end = scheme + 3;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    try {
      URI start = new URI(url.substring(0, end));
      String name = String.valueOf(start.getScheme());
      boolean known = name.equals("http") || name.equals("https");
      String authority = start.getRawAuthority();
      return known && authority != null && authority.indexOf('@') < 0 ? end : -1;
    } catch (URISyntaxException unreadable) {
      return -1;
    }
  }
}
