package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Rewrite;
import io.sluice.gateway.http.Reason;

/** Asks for another URL than the client did, or sends the client there. */
final class Rewriter implements Stage {
  private static final int FOUND = 302;

  private final Rewrite settings;

  Rewriter(Rewrite settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    String url = Expansion.url(exchange);
    String other = Expansion.of(url, settings.regexp(), settings.replacement(), exchange);
    if (other == null || other.equals(url)) {
      return Verdict.PROCEED;
    }
    if (settings.redirect()) {
      return Answers.elsewhere(FOUND, other, "Found");
    }
    AsciiString target = Expansion.target(other);
    if (target == null) {
      return Verdict.Reply.of(Reason.BAD_REWRITE);
    }
    exchange.outgoing().target(target);
    return Verdict.PROCEED;
  }
}
