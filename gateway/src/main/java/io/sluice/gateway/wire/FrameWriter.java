package io.sluice.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;

/**
 * Netty's writer of frames, but HEADERS and small DATA, of which nearly every message consists, go
 * straight into what is gathered (RFC 9113 sections 6.1 and 6.2).
 *
 * <p>Of these, only a frame that ends its stream has somebody who waits until it is sent; another
 * one is done when it is gathered, and fails with its connection.
 */
final class FrameWriter extends DefaultHttp2FrameWriter {
  private static final int HEADER_BYTES = 9;
  private static final int USUAL_HEAD_BYTES = 1024;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;

  private final FrameGathering gathering;
  private final Http2HeadersEncoder encoder;

  FrameWriter(FrameGathering gathering) {
    this(gathering, new DefaultHttp2HeadersEncoder());
  }

  private FrameWriter(FrameGathering gathering, DefaultHttp2HeadersEncoder encoder) {
    super(encoder);
    this.gathering = gathering;
    this.encoder = encoder;
  }

  @Override
  public ChannelFuture writeHeaders(
      ChannelHandlerContext ctx,
      int id,
      Http2Headers headers,
      int padding,
      boolean ends,
      ChannelPromise promise) {
    if (padding > 0 || !gathering.isOpen()) {
      return super.writeHeaders(ctx, id, headers, padding, ends, promise);
    }
    ByteBuf out = gathering.room(USUAL_HEAD_BYTES);
    int start = out.writerIndex();
    try {
      encoder.encodeHeaders(id, headers, out.writeZero(HEADER_BYTES));
    } catch (Http2Exception refused) {
      out.writerIndex(start);
      return promise.setFailure(refused);
    }
    int length = out.writerIndex() - start - HEADER_BYTES;
    int flags = ends ? END_STREAM : 0;
    if (length <= maxFrameSize()) {
      setHeader(out, start, length, Http2FrameTypes.HEADERS, flags | END_HEADERS, id);
    } else {
      split(out, start, flags, id);
    }
    return written(ends, promise);
  }

  /** A section that is longer than a frame goes on in CONTINUATION (RFC 9113 section 6.10). */
  private void split(ByteBuf out, int start, int flags, int id) {
    ByteBuf section = out.copy(start + HEADER_BYTES, out.writerIndex() - start - HEADER_BYTES);
    try {
      out.writerIndex(start);
      int at = start;
      while (section.isReadable()) {
        int length = Math.min(section.readableBytes(), maxFrameSize());
        out.writeZero(HEADER_BYTES).writeBytes(section, length);
        byte type = at == start ? Http2FrameTypes.HEADERS : Http2FrameTypes.CONTINUATION;
        int said = (at == start ? flags : 0) | (section.isReadable() ? 0 : END_HEADERS);
        setHeader(out, at, length, type, said, id);
        at += HEADER_BYTES + length;
      }
    } finally {
      section.release();
    }
  }

  @Override
  public ChannelFuture writeData(
      ChannelHandlerContext ctx,
      int id,
      ByteBuf data,
      int padding,
      boolean ends,
      ChannelPromise promise) {
    int length = data.readableBytes();
    if (padding > 0 || length > FrameGathering.SMALL_BYTES || !gathering.isOpen()) {
      return super.writeData(ctx, id, data, padding, ends, promise);
    }
    ByteBuf out = gathering.room(HEADER_BYTES + length);
    int start = out.writerIndex();
    out.writeZero(HEADER_BYTES).writeBytes(data);
    data.release();
    setHeader(out, start, length, Http2FrameTypes.DATA, ends ? END_STREAM : 0, id);
    return written(ends, promise);
  }

  /** RFC 9113 section 4.1. */
  private static void setHeader(ByteBuf out, int at, int length, byte type, int flags, int id) {
    out.setMedium(at, length);
    out.setByte(at + 3, type);
    out.setByte(at + 4, flags);
    out.setInt(at + 5, id);
  }

  private ChannelFuture written(boolean ends, ChannelPromise promise) {
    if (ends) {
      gathering.tellWhenSent(promise);
    } else {
      promise.trySuccess();
    }
    return promise;
  }
}
