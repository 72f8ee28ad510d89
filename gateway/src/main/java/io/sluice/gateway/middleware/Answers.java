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
    return isAbsolute(url)
        ? new Answer(
            Reason.REDIRECTED,
            status,
            List.of(
                new Header("Location", url),
                new Header("Content-Type", "text/plain; charset=utf-8")),
            body)
        : Verdict.Reply.of(Reason.BAD_REWRITE);
  }

  private static boolean isAbsolute(String url) {
    if (url.length() > MOST_LOCATION
        || !url.chars().allMatch(c -> c > ' ' && c <= '~' && c != '"' && c != '<' && c != '>')) {
      return false;
    }
    int end = url.indexOf('?');
    try {
      // The query is any text of visible ASCII; a parser for URIs is stricter than clients are.
      URI parsed = new URI((end < 0 ? url : url.substring(0, end)).replaceAll("[|\\\\^`{}]", "_"));
      String scheme = String.valueOf(parsed.getScheme());
      return (scheme.equals("http") || scheme.equals("https")) && parsed.getAuthority() != null;
    } catch (URISyntaxException unreadable) {
      return false;
    }
  }
}
