package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.StripPrefix;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.Targets;
import io.sluice.gateway.memory.Bounded;
import java.util.List;

/**
 * Takes a prefix off the path, and says so in {@code X-Forwarded-Prefix}; one that another stage
 * has taken off before stands in front of it.
 */
final class PrefixStripper implements Stage {
  private static final AsciiString ROOT = AsciiString.cached("/");

  @Bounded("by a record")
  private final List<AsciiString> prefixes;

  PrefixStripper(StripPrefix settings) {
    this.prefixes = settings.prefixes().stream().map(AsciiString::of).toList();
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    AsciiString target = exchange.outgoing().target();
    int query = Targets.queryStart(target);
    for (AsciiString prefix : prefixes) {
      int length = prefix.length();
      if (query >= length
          && target.startsWith(prefix)
          && (query == length || target.byteAt(length) == '/')) {
        AsciiString rest = target.subSequence(length);
        exchange.outgoing().target(query == length ? ROOT.concat(rest) : rest);
        Fields fields = exchange.outgoing().fields();
        AsciiString before = fields.first(HeaderName.X_FORWARDED_PREFIX);
        fields.set(HeaderName.X_FORWARDED_PREFIX, before == null ? prefix : before.concat(prefix));
        break;
      }
    }
    return Verdict.PROCEED;
  }
}
