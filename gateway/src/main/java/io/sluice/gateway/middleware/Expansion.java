package io.sluice.gateway.middleware;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.Replacement;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.Targets;
import org.jspecify.annotations.Nullable;

/** Replaces what a regular expression finds. */
final class Expansion {
  /** RFC 3986 section 3.2, without a user. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._~%!$&'()*+,;=-]+)(:[0-9]{0,5})?");

  private Expansion() {}

  /**
   * The text with every match replaced; null when there is none. What the client wrote is put in as
   * it is and never read as part of the replacement.
   */
  static @Nullable String of(
      CharSequence text, Pattern regexp, Replacement replacement, ExchangeView exchange) {
    Matcher matcher = regexp.matcher(text);
    if (!matcher.find()) {
      return null;
    }
    StringBuilder result = new StringBuilder();
    int at = 0;
    do {
      result.append(text, at, matcher.start());
      for (Replacement.Part part : replacement.parts()) {
        switch (part) {
          case Replacement.Part.Text(String literal) -> result.append(literal);
          case Replacement.Part.Group(int number) -> {
            if (matcher.start(number) >= 0) {
              result.append(text, matcher.start(number), matcher.end(number));
            }
          }
          case Replacement.Part.Asked asked ->
              result.append(answer(asked, exchange.request(), exchange.request().path()));
        }
      }
      at = matcher.end();
    } while (matcher.find());
    return result.append(text, at, text.length()).toString();
  }

  /**
   * What a request says to a question.
   *
   * @param path that of the request, or what was made of it
   */
  static CharSequence answer(Replacement.Part.Asked asked, RequestHead request, AsciiString path) {
    AsciiString said =
        switch (asked.question()) {
          case METHOD -> request.method();
          case HOST -> request.authority();
          case PATH -> path;
          case HEADER -> request.fields().first(asked.header());
        };
    return said == null ? "" : said;
  }

  /** The URL that a client asks for, as a stage finds it. */
  static String url(ExchangeView exchange) {
    AsciiString authority = exchange.request().authority();
    return (exchange.isSecure() ? "https://" : "http://")
        + (authority == null ? "" : authority)
        + exchange.outgoing().target();
  }

  /**
   * The target in a new URL, or in a path: what stands behind its host; null when it is none that
   * may be sent to a server.
   */
  static @Nullable AsciiString target(String url) {
    int scheme = url.indexOf("://");
    int query = url.indexOf('?');
    boolean absolute = scheme >= 0 && (query < 0 || scheme < query);
    if (!absolute) {
      return Targets.normal(url);
    }
    int slash = url.indexOf('/', scheme + 3);
    int mark = url.indexOf('?', scheme + 3);
    int end = slash < 0 ? url.length() : slash;
    if (!AUTHORITY
        .matcher(url.substring(scheme + 3, mark < 0 ? end : Math.min(end, mark)))
        .matches()) {
      return null;
    }
    if (slash < 0 || (mark >= 0 && mark < slash)) {
      return Targets.normal("/" + (mark < 0 ? "" : url.substring(mark)));
    }
    return Targets.normal(url.substring(slash));
  }
}
