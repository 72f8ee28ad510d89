package io.sluice.gateway.middleware;

import io.sluice.gateway.config.BodyBuffer;
import io.sluice.gateway.http.GrpcStatus;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;

/**
 * Holds requests back until their body is here as a whole, so that a server is kept busy by no slow
 * client. A gRPC call is a conversation, and passes.
 */
final class BodyHolder implements Stage {
  private final BodyBuffer settings;
  private final Workers disk;

  BodyHolder(BodyBuffer settings, StageContext context) {
    this.settings = settings;
    this.disk = context.disk();
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    RequestHead request = exchange.request();
    if (!request.hasBody() || GrpcStatus.isCall(request)) {
      return Verdict.PROCEED;
    }
    if (request.framing() > settings.maxBytes()) {
      return Verdict.Reply.of(Reason.BODY_TOO_LARGE);
    }
    exchange.holdBody(settings.maxBytes(), settings.memBytes(), disk::run);
    return Verdict.PROCEED;
  }
}
