package io.sluice.gateway.proxy;

import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket and the count of the connections that it accepted. Identified by its address;
 * which listener it serves is the table's.
 */
final class BoundSocket {
  private final String address;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean closed;
  private @Nullable Channel channel;

  BoundSocket(String address) {
    this.address = address;
  }

  String address() {
    return address;
  }

  /** Whether it accepts no more, so that every response ends its connection. Any thread. */
  boolean isClosed() {
    return closed;
  }

  int connections() {
    return connections.get();
  }

  void connectionOpened() {
    connections.incrementAndGet();
  }

  void connectionClosed() {
    connections.decrementAndGet();
  }

  void channel(Channel bound) {
    channel = bound;
  }

  /** Stops accepting. Control thread only. */
  void close() {
    closed = true;
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
  }
}
