package io.sluice.gateway.wire;

import io.netty.channel.ChannelHandlerContext;

/**
 * Flushes a connection that many exchanges share once at the end of the event loop's turn, however
 * many of them asked for it. Event loop only.
 */
final class TurnFlush implements Runnable {
  private final ChannelHandlerContext context;
  private boolean scheduled;
  private boolean held;

  TurnFlush(ChannelHandlerContext context) {
    this.context = context;
  }

  /** While held, nobody has to ask: whoever holds it flushes by itself. */
  void hold(boolean nowHeld) {
    held = nowHeld;
  }

  void ask() {
    if (!held && !scheduled && context.channel().isActive()) {
      scheduled = true;
      context.executor().execute(this);
    }
  }

  @Override
  public void run() {
    scheduled = false;
    context.pipeline().flush();
  }
}
