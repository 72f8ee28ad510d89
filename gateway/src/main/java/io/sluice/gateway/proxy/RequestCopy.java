package io.sluice.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.upstream.UpstreamStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request's body as far as it has come, kept so that it can be sent, or sent again. What is
 * more than may be kept is let go, and with it the possibility. Owned by one attempt.
 */
final class RequestCopy {
  private final int mostBytes;
  private List<ByteBuf> pieces = List.of();
  private @Nullable Fields trailers;
  private long bytes;
  private boolean whole = true;
  private boolean sentOnce;

  RequestCopy(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Keeps a piece; the caller's reference stays the caller's. */
  void add(ByteBuf piece) {
    bytes += piece.readableBytes();
    // Before it is sent for the first time everything has to be kept; the client is not read then.
    if (whole && (bytes <= mostBytes || !sentOnce)) {
      if (pieces.isEmpty()) {
        pieces = new ArrayList<>(4);
      }
      pieces.add(piece.retainedDuplicate());
    } else {
      drop();
    }
  }

  /** The body is complete. */
  void end(Fields last) {
    trailers = last;
  }

  /** Whether all that has come is still here. */
  boolean isWhole() {
    return whole;
  }

  /** Sends what has come so far. */
  void sendTo(UpstreamStream target) {
    sentOnce = true;
    for (int i = 0; i < pieces.size(); i++) {
      target.sendBody(pieces.get(i).retainedDuplicate());
    }
    if (bytes > mostBytes) {
      drop();
    }
    if (trailers != null) {
      target.sendEnd(trailers);
    }
  }

  /** It is not needed any more, or there is too much of it. */
  void drop() {
    whole = bytes == 0;
    for (int i = 0; i < pieces.size(); i++) {
      pieces.get(i).release();
    }
    pieces = List.of();
  }
}
