package io.sluice.gateway.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * The frames of one HTTP/2 connection; a header section is one, whether or not it names a priority,
 * which nobody acts on (RFC 9113 section 5.3.2).
 */
public abstract class FrameListener extends Http2FrameAdapter {
  @Override
  public abstract void onHeadersRead(
      ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean ends)
      throws Http2Exception;

  @Override
  public final void onHeadersRead(
      ChannelHandlerContext ctx,
      int id,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean ends)
      throws Http2Exception {
    onHeadersRead(ctx, id, headers, padding, ends);
  }
}
