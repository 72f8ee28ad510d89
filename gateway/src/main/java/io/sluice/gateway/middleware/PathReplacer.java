package io.sluice.gateway.middleware;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.ReplacePath;
import io.sluice.gateway.config.Replacement;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.Targets;

/** Asks for another path; the query stays. */
final class PathReplacer implements Stage {
  private final ReplacePath settings;

  PathReplacer(ReplacePath settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    AsciiString target = exchange.outgoing().target();
    int query = Targets.queryStart(target);
    Pattern regexp = settings.regexp();
    Replacement replacement = settings.replacement();
    String path =
        regexp == null || replacement == null
            ? settings.path()
            : Expansion.of(target.subSequence(0, query, false), regexp, replacement, exchange);
    if (path == null) {
      return Verdict.PROCEED;
    }
    AsciiString normal =
        path.indexOf('?') >= 0 ? null : Targets.normal(path + target.subSequence(query));
    if (normal == null) {
      return Verdict.Reply.of(Reason.BAD_REWRITE);
    }
    exchange.outgoing().target(normal);
    return Verdict.PROCEED;
  }
}
