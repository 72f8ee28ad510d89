package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.sluice.gateway.wire.FrameListener;

/** The frames that a client sends, on their way to its {@link Http2Connection}. */
final class Http2Frames extends FrameListener {
  private final Http2Connection connection;
  private final FrameBudget budget;

  Http2Frames(Http2Connection connection, FrameBudget budget) {
    this.connection = connection;
    this.budget = budget;
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean ends)
      throws Http2Exception {
    connection.onHeaders(id, headers, ends);
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean ends) {
    return connection.onData(id, data, padding, ends);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) throws Http2Exception {
    spend();
    connection.onReset(id);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
    spend();
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long content) throws Http2Exception {
    spend();
    connection.onPingAck(content);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
      throws Http2Exception {
    spend();
    connection.indexNothing();
  }

  @Override
  public void onPingRead(ChannelHandlerContext ctx, long content) throws Http2Exception {
    spend();
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int id, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    spend();
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int increment)
      throws Http2Exception {
    spend();
  }

  @Override
  public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug)
      throws Http2Exception {
    spend();
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload) {
    if (!budget.take()) {
      ctx.close();
    }
  }

  private void spend() throws Http2Exception {
    if (!budget.take()) {
      connection.onFlood();
    }
  }
}
