package io.sluice.gateway.client;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.sluice.gateway.config.ClientLimits;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket and the count of the connections that it accepted. Identified by its address;
 * which listener it serves is the table's.
 */
final class BoundSocket {
  private final String address;
  private final AtomicInteger connections = new AtomicInteger();

  @Bounded("by the connections that are open")
  private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  private volatile String listenerId;
  private volatile boolean closed;
  private volatile @Nullable Channel channel;

  BoundSocket(String address, String listenerId) {
    this.address = address;
    this.listenerId = listenerId;
  }

  /**
   * What serves here in this table, or null: the listener at this address, else the one that was
   * here and has moved.
   */
  @Nullable CompiledListener listener(RoutingTable table) {
    CompiledListener here = table.listenerAt(address);
    return here != null ? here : table.listener(listenerId);
  }

  String listenerId() {
    return listenerId;
  }

  /** The address stays and another listener has it. Control thread only. */
  void listenerId(String newId) {
    listenerId = newId;
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

  /** Whether the connection that was just counted is within the limits. */
  boolean mayOpen(InetAddress address, ClientLimits limits) {
    boolean room = limits.connections() == 0 || connections.get() <= limits.connections();
    return room
        && (limits.connectionsPerAddress() == 0
            || byAddress.getOrDefault(source(address), 0) <= limits.connectionsPerAddress());
  }

  void connectionOpened(InetAddress address) {
    connections.incrementAndGet();
    byAddress.merge(source(address), 1, Integer::sum);
  }

  void connectionClosed(InetAddress address) {
    connections.decrementAndGet();
    byAddress.computeIfPresent(source(address), (a, count) -> count == 1 ? null : count - 1);
  }

  /** Of IPv6 one customer has a /64, so that is whose connections are counted. */
  private static InetAddress source(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return address;
    }
    Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException wrongLength) {
      throw new IllegalStateException(wrongLength);
    }
  }

  void channel(Channel bound) {
    channel = bound;
  }

  /** Its file number; negative where it has none. Any thread. */
  int descriptor() {
    return channel instanceof EpollServerSocketChannel epoll ? epoll.fd().intValue() : -1;
  }

  /** Stops accepting. Control thread only. */
  void close() {
    closed = true;
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
  }
}
