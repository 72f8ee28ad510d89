package io.sluice.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Charged;
import org.jspecify.annotations.Nullable;

/**
 * Small messages of one connection that become one write, since Netty keeps books of each buffer
 * and the kernel takes one for less than many. Event loop only.
 */
final class Gathered {
  private final Channel channel;
  private final int usualBytes;

  @Charged(Budget.UNREAD)
  private @Nullable ByteBuf bytes;

  /**
   * @param usualBytes the room of a buffer, unless a message takes more
   */
  Gathered(Channel channel, int usualBytes) {
    this.channel = channel;
    this.usualBytes = usualBytes;
  }

  /** Whether so many bytes fit in what is begun. */
  boolean fits(int more) {
    return bytes != null && more <= bytes.maxFastWritableBytes();
  }

  /** A buffer for so many bytes: what is begun, which they must fit in, or a new one. */
  ByteBuf room(int least) {
    if (bytes == null) {
      bytes = channel.alloc().directBuffer(Math.max(least, usualBytes));
    }
    return bytes;
  }

  /** What is to be written, and the caller's from now on; null where there is nothing. */
  @Nullable ByteBuf take() {
    ByteBuf ready = bytes;
    bytes = null;
    return ready == null || Outgoing.unsentBytes(channel) == 0 ? ready : fitting(ready);
  }

  /** What has to wait takes no more room than it has bytes. */
  private ByteBuf fitting(ByteBuf ready) {
    if (ready.readableBytes() > ready.capacity() / 2) {
      return ready;
    }
    ByteBuf copy = channel.alloc().directBuffer(ready.readableBytes());
    copy.writeBytes(ready);
    ready.release();
    return copy;
  }

  void discard() {
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
  }
}
