package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.memory.KeptBytes;
import io.sluice.gateway.memory.LoopLedger;
import io.sluice.gateway.upstream.UpstreamStream;
import org.jspecify.annotations.Nullable;

/**
 * The request's body as far as it has come, kept so that it can be sent, or sent again. What is
 * more than may be kept is let go, and with it the possibility. Owned by one attempt.
 */
final class RequestCopy {
  private final int mostBytes;
  private final LoopLedger ledger;
  private @Nullable KeptBytes kept;
  private @Nullable Fields trailers;
  private long bytes;
  private boolean whole = true;
  private boolean sentOnce;
  private boolean keepsOn = true;

  RequestCopy(int mostBytes, LoopLedger ledger) {
    this.mostBytes = mostBytes;
    this.ledger = ledger;
  }

  /**
   * Keeps a copy of a piece, which stays the caller's. Before the body is sent for the first time
   * everything has to be kept, and the client is not read then.
   *
   * @return false when it is not whole any more, so that nobody may be sent it from its beginning
   */
  boolean add(ByteBuf piece) {
    bytes += piece.readableBytes();
    if (whole && keepsOn && (bytes <= mostBytes || !sentOnce) && keep(piece)) {
      return true;
    }
    drop();
    return whole;
  }

  private boolean keep(ByteBuf piece) {
    if (kept == null) {
      kept = new KeptBytes(ledger);
    }
    return kept.add(piece);
  }

  /** The body is complete. */
  void end(Fields last) {
    trailers = last;
  }

  /** Whether the body is complete. */
  boolean hasEnd() {
    return trailers != null;
  }

  /** Whether all that has come is still here. */
  boolean isWhole() {
    return whole;
  }

  /**
   * Sends what has come so far.
   *
   * @param again whether it may have to be sent once more
   */
  void sendTo(UpstreamStream target, boolean again) {
    sentOnce = true;
    keepsOn = again;
    if (!again || bytes > mostBytes) {
      whole = bytes == 0;
      if (kept != null && kept.size() > 0) {
        target.sendBody(kept.take());
      }
    } else if (kept != null && kept.size() > 0) {
      target.sendBody(kept.copy());
    }
    if (trailers != null) {
      target.sendEnd(trailers);
    }
  }

  /** It is not needed any more, or there is too much of it. */
  void drop() {
    whole = bytes == 0;
    if (kept != null) {
      kept.release();
    }
  }
}
