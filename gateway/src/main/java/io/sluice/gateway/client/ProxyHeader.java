package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.ProxyHeaderReader;
import io.sluice.gateway.wire.DeadlineWheel;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the PROXY header that a connection from a trusted proxy must begin with, within a time, and
 * leaves the pipeline.
 */
final class ProxyHeader extends ByteToMessageDecoder {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Consumer<@Nullable InetAddress> found;
  private final Runnable refused;
  private final DeadlineWheel.Deadline deadline;

  /**
   * @param found called with the client's address, or null where the proxy speaks for itself
   * @param refused called when there is no header, or one that cannot be read; closes the
   *     connection
   */
  ProxyHeader(DeadlineWheel deadlines, Consumer<@Nullable InetAddress> found, Runnable refused) {
    this.found = found;
    this.refused = refused;
    this.deadline = deadlines.deadline(refused);
    deadline.in(PATIENCE_NANOS);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      ProxyHeaderReader.Result result = ProxyHeaderReader.read(in);
      if (result != null) {
        found.accept(result.client());
        ctx.pipeline().remove(this);
      }
    } catch (ProxyError bad) {
      in.skipBytes(in.readableBytes());
      refused.run();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    deadline.remove();
  }
}
