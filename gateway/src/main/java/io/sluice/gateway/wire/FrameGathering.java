package io.sluice.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.sluice.gateway.memory.Bounded;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Below an HTTP/2 codec: the small frames between two flushes become one write; what is large
 * passes as it is. Whoever waits for a frame is told when its bytes have gone. Event loop only.
 */
final class FrameGathering extends ChannelOutboundHandlerAdapter {
  /** Frames above it pass as they are. */
  static final int SMALL_BYTES = 4 * 1024;

  private static final int GATHERED_BYTES = 16 * 1024;

  private final Gathered gathered;
  private @Nullable ChannelHandlerContext context;

  @Bounded("by the frames that fit in what is gathered")
  private List<ChannelPromise> waiting = new ArrayList<>();

  FrameGathering(Channel channel) {
    this.gathered = new Gathered(channel, GATHERED_BYTES);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** Whether it is in a pipeline, so that what is gathered goes somewhere. */
  boolean isOpen() {
    return context != null;
  }

  /** A buffer to write a frame of about so many bytes to, now. */
  ByteBuf room(int bytes) {
    if (!gathered.fits(bytes)) {
      pass();
    }
    return gathered.room(bytes);
  }

  /** This is told when all that is gathered by now has been sent, or never will be. */
  void tellWhenSent(ChannelPromise promise) {
    if (!promise.isVoid()) {
      waiting.add(promise);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (isOpen() && message instanceof ByteBuf frame && frame.readableBytes() <= SMALL_BYTES) {
      room(frame.readableBytes()).writeBytes(frame);
      frame.release();
      tellWhenSent(promise);
    } else {
      pass();
      ctx.write(message, promise);
    }
  }

  private void pass() {
    ByteBuf ready = gathered.take();
    if (ready != null && context != null) {
      List<ChannelPromise> told = waiting;
      waiting = new ArrayList<>(told.size());
      context.write(ready).addListener(sent -> tell(told, sent));
    }
  }

  private static void tell(List<ChannelPromise> told, Future<?> sent) {
    for (ChannelPromise promise : told) {
      if (sent.isSuccess()) {
        promise.trySuccess();
      } else {
        promise.tryFailure(sent.cause());
      }
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    pass();
    ctx.flush();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    context = null;
    gathered.discard();
    List<ChannelPromise> told = waiting;
    waiting = new ArrayList<>();
    told.forEach(promise -> promise.tryFailure(new ClosedChannelException()));
  }
}
