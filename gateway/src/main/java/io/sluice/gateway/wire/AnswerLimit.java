package io.sluice.gateway.wire;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose other side asks for one answer of the protocol's own after the other, and
 * reads none of them (RFC 9113 section 10.5). What waits of responses stays far below this limit.
 */
final class AnswerLimit extends DecoratingHttp2ConnectionEncoder {
  private static final long MOST_UNSENT_BYTES = 256 * 1024;

  private @Nullable Http2LifecycleManager lifecycle;

  AnswerLimit(Http2ConnectionEncoder encoder) {
    super(encoder);
  }

  @Override
  public void lifecycleManager(Http2LifecycleManager manager) {
    lifecycle = manager;
    super.lifecycleManager(manager);
  }

  @Override
  public ChannelFuture writeSettingsAck(ChannelHandlerContext ctx, ChannelPromise promise) {
    return mayAnswer(ctx, promise) ? super.writeSettingsAck(ctx, promise) : promise;
  }

  @Override
  public ChannelFuture writePing(
      ChannelHandlerContext ctx, boolean ack, long data, ChannelPromise promise) {
    return !ack || mayAnswer(ctx, promise) ? super.writePing(ctx, ack, data, promise) : promise;
  }

  private boolean mayAnswer(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (Outgoing.unsentBytes(ctx.channel()) <= MOST_UNSENT_BYTES) {
      return true;
    }
    Http2Exception flood =
        Http2Exception.connectionError(
            Http2Error.ENHANCE_YOUR_CALM, "answers are asked for and not read");
    if (!promise.isVoid()) {
      promise.tryFailure(flood);
    }
    if (lifecycle != null) {
      lifecycle.onError(ctx, true, flood);
    }
    ctx.close();
    return false;
  }
}
