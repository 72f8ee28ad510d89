package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.upstream.LoopPools;
import org.jspecify.annotations.Nullable;

/**
 * The way back to the client, whatever protocol it speaks: a whole HTTP/1 connection for as long as
 * one exchange lasts. Event loop only.
 *
 * <p>For each exchange one head, any number of pieces and one end are sent, or {@link #abort} is
 * called.
 */
public interface ClientStream {
  /** The server has ended its direction of a tunnel; the client's goes on. */
  void endTunnelOutput();

  /** The pools of the event loop that it lives on. */
  LoopPools pools();

  Peer peer();

  /** What serves where the client connected, in this table; null where nothing does any more. */
  @Nullable CompiledListener listener(RoutingTable table);

  /** Sends a 1xx head. */
  void sendInterim(ResponseHead head);

  /** Sends the head; its fields must carry no framing but Content-Length. */
  void sendHead(ResponseHead head);

  /** Sends a piece of the body, which the stream now owns. */
  void sendBody(ByteBuf piece);

  /** Ends the response. The next exchange of the connection may begin before this returns. */
  void sendEnd(Fields trailers);

  void flush();

  boolean isWritable();

  /** Bytes that were flushed and that the client does not take. */
  long unreadBytes();

  /** Stops or goes on reading the request's body. */
  void reading(boolean wanted);

  /**
   * Cuts the connection, because a response that has begun cannot be completed. What was sent of it
   * reaches a client that reads.
   */
  void abort(Reason reason);

  /** A request that a server was working on was given up by the client's own fault. */
  void onFault(Reason reason);
}
