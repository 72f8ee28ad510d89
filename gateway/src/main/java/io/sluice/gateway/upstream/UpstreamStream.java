package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.UpstreamRequest;

/**
 * The way of one exchange to its server and back: a whole HTTP/1.1 connection for as long as the
 * exchange lasts, or one stream of an HTTP/2 connection. Event loop only.
 */
public interface UpstreamStream {
  Endpoint endpoint();

  /**
   * Sends a request's head; its body, if it has one, follows with {@link #sendBody} and {@link
   * #sendEnd}. Not flushed.
   */
  void send(UpstreamRequest request, ResponseReceiver receiver);

  /** Sends a piece of the body, which is taken over. Not flushed. */
  void sendBody(ByteBuf piece);

  /** The request is complete. Not flushed. */
  void sendEnd(Fields trailers);

  void flush();

  boolean isWritable();

  /** Whether the server can say of a request that was sent whole that it never looked at it. */
  boolean mayGoUnseen();

  /**
   * Stops or goes on reading the response; while stopped, the server's silence is not its fault and
   * no deadline runs.
   */
  void reading(boolean wanted);

  /** Gives it back unused. */
  void giveBack();

  /** Gives the exchange up: nothing more is delivered. */
  void abort();
}
