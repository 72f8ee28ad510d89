package io.sluice.gateway.wire;

import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Bytes of one HTTP/2 stream that were received and not yet given back to the sender's window (RFC
 * 9113 section 6.9): as long as they are owed the sender can send no more than its window. Event
 * loop only.
 */
public final class WindowDebt {
  private final MultiplexedConnection connection;
  private int bytes;

  public WindowDebt(MultiplexedConnection connection) {
    this.connection = connection;
  }

  public void owe(int more) {
    bytes += more;
  }

  /** Gives all of it back. */
  public void pay(Http2Stream stream) {
    if (bytes == 0) {
      return;
    }
    int owed = bytes;
    bytes = 0;
    try {
      connection.connection().local().flowController().consumeBytes(stream, owed);
    } catch (Http2Exception broken) {
      connection.onError(connection.context(), false, broken);
    }
    connection.flushSoon();
  }
}
