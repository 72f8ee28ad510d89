package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.AddPrefix;

/** Puts something before the path. */
final class PrefixAdder implements Stage {
  private final AsciiString prefix;

  PrefixAdder(AddPrefix settings) {
    this.prefix = AsciiString.of(settings.prefix());
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    exchange.outgoing().target(prefix.concat(exchange.outgoing().target()));
    return Verdict.PROCEED;
  }
}
