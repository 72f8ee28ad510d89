package io.sluice.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeadWriter;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.UpstreamRequest;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * What one connection is about to send: heads, frames and small pieces of bodies are gathered in
 * one buffer, so that a small message is one write; large pieces pass untouched. Event loop only.
 */
public final class Outgoing {
  private static final int GATHERED_BYTES = 4 * 1024;

  private final Channel channel;
  private final HeadWriter heads;
  private final Gathered gathered;

  /**
   * @param heads the loop's own
   */
  public Outgoing(Channel channel, HeadWriter heads) {
    this.channel = channel;
    this.heads = heads;
    this.gathered = new Gathered(channel, GATHERED_BYTES);
  }

  /**
   * Sends a request's head.
   *
   * @param authority of the server
   */
  public void head(UpstreamRequest request, AsciiString authority) {
    heads.encode(request, authority);
    heads.copyTo(room(heads.length()));
  }

  /**
   * Sends a head.
   *
   * @param chunked whether to announce chunks
   * @param close whether to announce that the connection ends with this response
   */
  public void head(ResponseHead head, boolean chunked, boolean close) {
    heads.encode(head, chunked, close);
    heads.copyTo(room(heads.length()));
  }

  /** A buffer to write at most {@code bytes} bytes to, now. */
  private ByteBuf room(int bytes) {
    if (!gathered.fits(bytes)) {
      pass();
    }
    return gathered.room(bytes);
  }

  /** Whether an event of a pipeline says that the other side sends nothing more. */
  public static boolean endsInput(Object event) {
    return event == ChannelInputShutdownEvent.INSTANCE
        || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess());
  }

  /** Runs this when the socket has taken all that was flushed. */
  public void whenSent(Runnable then) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> then.run());
  }

  /** Tells the other side that nothing more comes, which goes on sending. */
  public void shutOutput() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      // TLS has an end of its own for each direction (RFC 8446 section 6.1).
      tls.closeOutbound();
    } else {
      ((DuplexChannel) channel).shutdownOutput();
    }
  }

  /** Sends a piece of a body, which is taken over, as it is. */
  public void piece(ByteBuf piece) {
    int length = piece.readableBytes();
    if (gathered.fits(length)) {
      // Through an array: from buffer to buffer Netty makes a view of each.
      heads.encode(piece);
      heads.copyTo(gathered.room(length));
      piece.release();
    } else {
      pass();
      channel.write(piece, channel.voidPromise());
    }
  }

  /**
   * Sends a piece of a body, which is taken over, as one chunk (RFC 9112 section 7.1). An empty
   * piece is no chunk.
   */
  public void chunk(ByteBuf piece) {
    if (!piece.isReadable()) {
      piece.release();
      return;
    }
    HeadWriter.writeChunkSize(piece.readableBytes(), room(HeadWriter.CHUNK_SIZE_BYTES));
    piece(piece);
    HeadWriter.writeLineEnd(room(2));
  }

  /** Sends the last chunk and the trailers. */
  public void lastChunk(Fields trailers) {
    heads.encodeChunkedEnd(trailers);
    heads.copyTo(room(heads.length()));
  }

  public void flush() {
    pass();
    channel.flush();
  }

  /** Bytes that were sent and that the socket has not taken yet. */
  public long unsentBytes() {
    return unsentBytes(channel);
  }

  /** Bytes that were written to a channel and that its socket has not taken yet. */
  public static long unsentBytes(Channel channel) {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  /**
   * Whether what failed on a connection is the other side's or the network's doing, such as a reset
   * or a TLS record that cannot be read, and so nothing to look into here.
   */
  public static boolean isOfTheNetwork(Throwable cause) {
    return cause instanceof IOException
        || (cause instanceof DecoderException && cause.getCause() instanceof SSLException);
  }

  /** Drops what was gathered and not flushed. */
  public void discard() {
    gathered.discard();
  }

  private void pass() {
    ByteBuf ready = gathered.take();
    if (ready != null) {
      channel.write(ready, channel.voidPromise());
    }
  }
}
