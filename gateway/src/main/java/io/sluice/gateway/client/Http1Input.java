package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.sluice.gateway.memory.KeptBytes;
import io.sluice.gateway.memory.LoopLedger;

/**
 * When an HTTP/1.1 client's channel is read: not while the server has no room for more of the body,
 * and not while there is something that came before its turn. Event loop only.
 */
final class Http1Input {
  private static final int MOST_DISCARDED_BYTES = 1024 * 1024;

  private final Channel channel;
  private final KeptBytes early;
  private boolean paused;
  private boolean ended;
  private int discarded;

  Http1Input(Channel channel, LoopLedger ledger) {
    this.channel = channel;
    this.early = new KeptBytes(ledger);
  }

  /** Whether something waits for its turn. */
  boolean hasEarly() {
    return early.size() > 0;
  }

  /** Takes over what came before its turn; false when there is no room for it. */
  boolean keep(ByteBuf in) {
    boolean kept = early.keep(in);
    apply();
    return kept;
  }

  /** What has waited, for the caller to release. */
  ByteBuf takeEarly() {
    return early.take();
  }

  boolean isPaused() {
    return paused;
  }

  /** The server takes no more of the body for now, or goes on; false where that is so already. */
  boolean pause(boolean now) {
    if (paused == now) {
      return false;
    }
    paused = now;
    apply();
    return true;
  }

  /** Reads on, where nothing is against it. */
  void apply() {
    if (!ended) {
      channel.config().setAutoRead(early.size() == 0 && !paused);
    }
  }

  /** The client says no more, though it may still listen; false where that is known already. */
  boolean end() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  boolean hasEnded() {
    return ended;
  }

  /** From here on whatever comes is of no interest. */
  void ignore() {
    early.release();
    paused = false;
    apply();
  }

  /** Releases what came nevertheless; false when that is more than anybody sends by mistake. */
  boolean discard(ByteBuf in) {
    discarded += in.readableBytes();
    in.release();
    return discarded <= MOST_DISCARDED_BYTES;
  }

  void close() {
    early.release();
  }
}
