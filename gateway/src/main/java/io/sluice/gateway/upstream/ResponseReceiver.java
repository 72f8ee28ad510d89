package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;

/**
 * Takes what a server answers to one exchange. Called on the exchange's event loop, in this order:
 * any number of {@code onInterim}, one {@code onHead}, any number of {@code onBody}, one {@code
 * onEnd}; or, at any point, one {@code onFailure} and nothing more.
 */
public interface ResponseReceiver {
  /** A 1xx head; more follows. Valid during the call. */
  void onInterim(ResponseHead head);

  /** The response's head. Valid until the response ends. */
  void onHead(ResponseHead head);

  /** A piece of the body, which the receiver now owns. */
  void onBody(ByteBuf piece);

  /**
   * The response is complete; its connection has been given back. The trailers are valid during the
   * call.
   */
  void onEnd(Fields trailers);

  /** The server has ended its direction of a tunnel; the client's goes on. */
  void onServerEnded();

  /** All that the socket held for now has been delivered. */
  void onPause();

  /** The connection takes request bytes again, or no longer. */
  void onWritabilityChanged(boolean writable);

  /**
   * The exchange failed; nothing of it can follow.
   *
   * @param seen whether the server may have acted on the request
   */
  void onFailure(Reason reason, Seen seen);

  /** What a server may have seen of a request that failed. */
  enum Seen {
    /** Nothing: it says so itself (RFC 9113 section 8.7), so any request may be sent again. */
    NO,
    /** A pooled connection died before a byte of the answer came. */
    PERHAPS,
    /** The request was on its way. */
    YES
  }
}
