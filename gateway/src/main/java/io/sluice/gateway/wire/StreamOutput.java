package io.sluice.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Charged;
import org.jspecify.annotations.Nullable;

/**
 * What one HTTP/2 stream is about to send, whichever side it is on. Owned by the stream; event loop
 * only.
 *
 * <p>The last piece waits for what follows, so that the end of the stream travels with it. Small
 * pieces are copied together, and wait as long as the stream's window is shut: so what a stream
 * keeps is in proportion to its bytes, however many frames they came in.
 */
public final class StreamOutput {
  private static final int GATHERED_BYTES = 4 * 1024;

  private final MultiplexedConnection connection;
  private @Nullable Http2Stream stream;

  @Charged(Budget.UNREAD)
  private @Nullable ByteBuf last;

  private boolean gathers;

  public StreamOutput(MultiplexedConnection connection) {
    this.connection = connection;
  }

  /** Where it goes; nothing is written before. */
  public void goesTo(Http2Stream opened) {
    stream = opened;
  }

  /** Bytes that Netty has not been given. */
  public int waitingBytes() {
    return last == null ? 0 : last.readableBytes();
  }

  /** Sends a piece of a body, which is taken over. */
  public void piece(ByteBuf piece) {
    if (last == null) {
      last = piece;
      gathers = false;
    } else if (last.readableBytes() + piece.readableBytes() <= GATHERED_BYTES) {
      gather();
      last.writeBytes(piece);
      piece.release();
    } else {
      write(false, null);
      last = piece;
      gathers = false;
    }
  }

  /** Sends what waits, if the other side takes it now or it is much. */
  public void flush() {
    if (last == null) {
      return;
    }
    if (isWritable() || last.readableBytes() >= GATHERED_BYTES) {
      write(false, null);
    } else {
      gather();
    }
  }

  /**
   * Ends the stream.
   *
   * @param sent told when the end has been written
   */
  public void end(Fields trailers, ChannelPromise sent) {
    if (trailers.count() > 0) {
      write(false, null);
      if (stream != null) {
        ChannelHandlerContext ctx = connection.context();
        connection
            .encoder()
            .writeHeaders(ctx, stream.id(), Http2Messages.trailers(trailers), 0, true, sent);
      }
    } else {
      if (last == null) {
        last = Unpooled.EMPTY_BUFFER;
      }
      write(true, sent);
    }
  }

  /** Drops what was not written. */
  public void discard() {
    if (last != null) {
      last.release();
      last = null;
    }
  }

  private boolean isWritable() {
    return stream != null && connection.encoder().flowController().isWritable(stream);
  }

  /** Into a buffer of its own, so that no socket's buffer is held for a few bytes. */
  private void gather() {
    if (!gathers && last != null) {
      ByteBuf own = connection.context().alloc().directBuffer(GATHERED_BYTES, GATHERED_BYTES);
      own.writeBytes(last);
      last.release();
      last = own;
      gathers = true;
    }
  }

  private void write(boolean ends, @Nullable ChannelPromise sent) {
    if (last != null && stream != null) {
      ByteBuf piece = last;
      last = null;
      ChannelHandlerContext ctx = connection.context();
      ChannelPromise promise = sent == null ? ctx.newPromise() : sent;
      connection.encoder().writeData(ctx, stream.id(), piece, 0, ends, promise);
    }
  }
}
