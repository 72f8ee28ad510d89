package io.sluice.gateway.middleware;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.Redirect;
import io.sluice.gateway.config.Replacement;

/** Sends clients to another URL, where that is another one. */
final class Redirector implements Stage {
  private final Redirect settings;

  Redirector(Redirect settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    if (staysAnyhow(exchange)) {
      return Verdict.PROCEED;
    }
    Pattern regexp = settings.regexp();
    Replacement replacement = settings.replacement();
    String url = Expansion.url(exchange);
    String other =
        regexp == null || replacement == null
            ? byParts(exchange)
            : Expansion.of(url, regexp, replacement, exchange);
    return other == null || other.equals(url)
        ? Verdict.PROCEED
        : Answers.elsewhere(settings.statusCode(), other, "");
  }

  /** Told without making a URL: most requests come where they are wanted. */
  private boolean staysAnyhow(ExchangeView exchange) {
    return settings.regexp() == null
        && settings.host().isEmpty()
        && settings.port() == 0
        && settings.scheme().equals("https") == exchange.isSecure();
  }

  private String byParts(ExchangeView exchange) {
    boolean secure = exchange.isSecure();
    String scheme = settings.scheme().isEmpty() ? secure ? "https" : "http" : settings.scheme();
    boolean sameScheme = scheme.equals("https") == secure;
    AsciiString authority = exchange.request().authority();
    String asked = authority == null ? "" : authority.toString();
    int colon = asked.lastIndexOf(':');
    boolean hasPort = colon > asked.lastIndexOf(']') && colon >= 0;
    String host =
        settings.host().isEmpty() ? hasPort ? asked.substring(0, colon) : asked : settings.host();
    String port = hasPort && sameScheme && settings.host().isEmpty() ? asked.substring(colon) : "";
    if (settings.port() != 0) {
      port = isUsual(scheme, settings.port()) ? "" : ":" + settings.port();
      if (sameScheme && hasPort && asked.substring(colon).equals(":" + settings.port())) {
        port = asked.substring(colon);
      }
    }
    return scheme + "://" + host + port + exchange.outgoing().target();
  }

  private static boolean isUsual(String scheme, int port) {
    return port == (scheme.equals("https") ? 443 : 80);
  }
}
