package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.sluice.gateway.memory.Bounded;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection in clear: does the client speak HTTP/2 by prior
 * knowledge (RFC 9113 section 3.3)? Passes them on untouched and leaves the pipeline.
 */
final class Http2Preface extends ChannelInboundHandlerAdapter {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private Runnable found = () -> {};

  @Bounded("24 bytes")
  private @Nullable ByteBuf first;

  /** Says what puts the handler for HTTP/2 in the place of the one behind. */
  void onFound(Runnable action) {
    found = action;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf bytes = first == null ? in : Unpooled.wrappedBuffer(first, in);
    first = null;
    int alike = alike(bytes);
    if (alike == bytes.readableBytes() && alike < PREFACE.length) {
      first = bytes;
      return;
    }
    if (alike == PREFACE.length) {
      found.run();
    }
    ctx.fireChannelRead(bytes);
    ctx.pipeline().remove(this);
  }

  private static int alike(ByteBuf bytes) {
    int most = Math.min(bytes.readableBytes(), PREFACE.length);
    int alike = 0;
    while (alike < most && bytes.getByte(bytes.readerIndex() + alike) == PREFACE[alike]) {
      alike++;
    }
    return alike;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (first != null) {
      first.release();
      first = null;
    }
  }
}
