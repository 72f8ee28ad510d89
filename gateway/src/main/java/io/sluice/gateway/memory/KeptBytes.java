package io.sluice.gateway.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are kept until their turn comes, in one buffer that grows, so that a thousand pieces
 * of one byte take what one piece of a thousand bytes takes. Its owner releases it; event loop
 * only.
 */
public final class KeptBytes {
  private static final int LEAST_BYTES = 256;

  private final Account account;

  @Charged(Budget.WAITING)
  private @Nullable ByteBuf kept;

  private boolean grows;

  /**
   * @param ledger whose {@link Budget#WAITING} the buffer is taken from, by its capacity
   */
  public KeptBytes(LoopLedger ledger) {
    this.account = ledger.account(Budget.WAITING);
  }

  public int size() {
    return kept == null ? 0 : kept.readableBytes();
  }

  /**
   * Keeps a copy of what is readable, which stays the caller's; false, and what was kept is still
   * there, when the budget has no room.
   */
  public boolean add(ByteBuf piece) {
    int more = piece.readableBytes();
    if (more == 0) {
      return true;
    }
    if (kept == null) {
      int first = Math.max(LEAST_BYTES, more);
      if (!account.take(first)) {
        return false;
      }
      kept = ByteBufAllocator.DEFAULT.directBuffer(first);
      grows = true;
    } else if (!grows || kept.writableBytes() < more) {
      int bytes = Math.max(kept.capacity() * 2, kept.readableBytes() + more);
      if (!account.take(bytes - account.bytes())) {
        return false;
      }
      // Anew instead of in place: views of the old one may still be on their way.
      ByteBuf larger = ByteBufAllocator.DEFAULT.directBuffer(bytes);
      larger.writeBytes(kept);
      kept.release();
      kept = larger;
      grows = true;
    }
    kept.writeBytes(piece, piece.readerIndex(), more);
    return true;
  }

  /**
   * Keeps what the caller gives away, as it is where most of its memory is used; false, and it is
   * released, when the budget has no room.
   */
  public boolean keep(ByteBuf owned) {
    boolean full = owned.readableBytes() * 2L >= owned.capacity();
    if (kept == null && full && account.take(owned.capacity())) {
      kept = owned;
      grows = false;
      return true;
    }
    try {
      return add(owned);
    } finally {
      owned.release();
    }
  }

  /** A copy of what is kept, for the caller to release. */
  public ByteBuf copy() {
    return kept == null ? Unpooled.EMPTY_BUFFER : kept.copy();
  }

  /** What is kept, for the caller to release; nothing is kept after that. */
  public ByteBuf take() {
    ByteBuf all = kept == null ? Unpooled.EMPTY_BUFFER : kept;
    kept = null;
    account.close();
    return all;
  }

  /** Lets everything go. */
  public void release() {
    if (kept != null) {
      kept.release();
      kept = null;
      account.close();
    }
  }
}
