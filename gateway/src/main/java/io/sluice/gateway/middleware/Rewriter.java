package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Rewrite;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import org.jspecify.annotations.Nullable;

/** Asks for another URL than the client did, or sends the client there. */
final class Rewriter implements Stage {
  private static final int FOUND = 302;

  /** The URL has matched, so the body may ask. */
  private static final Verdict.Proceed REWRITTEN = new Verdict.Proceed("rewritten");

  private final Rewrite settings;

  Rewriter(Rewrite settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    String url = Expansion.url(exchange);
    String other = Expansion.of(url, settings.regexp(), settings.replacement(), exchange);
    if (other == null) {
      return Verdict.PROCEED;
    }
    if (other.equals(url)) {
      return settings.body() ? REWRITTEN : Verdict.PROCEED;
    }
    if (settings.redirect()) {
      return Answers.elsewhere(FOUND, other, "Found");
    }
    AsciiString target = Expansion.target(other);
    if (target == null) {
      return Verdict.Reply.of(Reason.BAD_REWRITE);
    }
    exchange.outgoing().target(target);
    return settings.body() ? REWRITTEN : Verdict.PROCEED;
  }

  @Override
  public @Nullable BodyFilter filter(
      ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    boolean any = head.framing() > 0 || head.framing() == Framing.CHUNKED;
    if (verdict != REWRITTEN
        || !any
        || head.isStream()
        || head.fields().first("Content-Encoding") != null) {
      return null;
    }
    head.fields().remove(HeaderName.CONTENT_LENGTH);
    head.framingUnknown();
    return new BodyRewriter(exchange);
  }
}
