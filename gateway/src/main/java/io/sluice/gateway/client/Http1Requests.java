package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.BodyReader;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestReader;
import io.sluice.gateway.memory.Account;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Holder;
import io.sluice.gateway.memory.LoopLedger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that an HTTP/1.1 client's bytes are, one after the other: a head, perhaps a body
 * (RFC 9112 sections 2 to 7). What it keeps of a head is charged. Event loop only.
 */
final class Http1Requests {
  private static final int SMALL_HEAD_BYTES = 2 * 1024;

  private final RequestReader heads;
  private final BodyReader body = new BodyReader();
  private final BodyPace pace;
  private final Account headBytes;

  /**
   * @param underWay cuts a head that has begun and does not go on
   */
  Http1Requests(
      HeadLimits limits, int bodyRate, LongSupplier clock, LoopLedger ledger, Holder underWay) {
    this.heads = new RequestReader(limits);
    this.pace = new BodyPace(bodyRate, clock);
    this.headBytes = ledger.account(Budget.HEADS, underWay);
  }

  /** The head that is being read, or was read last. */
  RequestHead head() {
    return heads.head();
  }

  /** Whether a head has begun to come. */
  boolean started() {
    return heads.started();
  }

  /** Bytes that are kept of the head. */
  long headBytes() {
    return headBytes.bytes();
  }

  /**
   * Takes what there is of a head; true when it is complete.
   *
   * @throws io.sluice.gateway.http.ProxyError when it is malformed, or there is no room for it
   */
  boolean readHead(ByteBuf in) {
    boolean complete = heads.read(in);
    // A small head is within what a connection may take anyway.
    int bytes = heads.head().fields().capacity();
    if (bytes > SMALL_HEAD_BYTES && !headBytes.take(bytes - headBytes.bytes())) {
      throw Reason.OVERLOADED.error();
    }
    return complete;
  }

  /** The head's body is read next. */
  void beginBody() {
    body.start(head().framing());
    pace.begin();
  }

  /** The next piece of the body, for the caller to release; null when there is none yet. */
  @Nullable ByteBuf bodyPiece(ByteBuf in) {
    ByteBuf piece = body.next(in);
    if (piece != null) {
      pace.received(piece.readableBytes());
    }
    return piece;
  }

  boolean bodyHasEnded() {
    return body.finished();
  }

  Fields trailers() {
    return body.trailers();
  }

  /** Whether the body comes more slowly than is allowed. */
  boolean isTooSlow() {
    return pace.isTooSlow();
  }

  /** The gateway stops reading, or goes on: what does not come then is not the client's fault. */
  void paused(boolean paused) {
    pace.paused(paused);
  }

  /** The next request is read. */
  void next() {
    heads.reset();
    headBytes.close();
  }

  void close() {
    headBytes.close();
  }
}
