package io.sluice.gateway.upstream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has of one endpoint. Event loop only.
 *
 * <p>HTTP/1.1 connections serve one exchange each and wait in {@code idle}; HTTP/2 connections are
 * shared. While a connection that will be shared is being opened, exchanges wait for it instead of
 * opening more.
 */
final class EndpointPool {
  private final ArrayDeque<Http1Upstream> idle = new ArrayDeque<>();
  private final List<Http2Upstream> shared = new ArrayList<>(0);
  private final Set<Http1Upstream> tunnels = new HashSet<>(0);
  private final ArrayDeque<ConnectionWaiter> waiting = new ArrayDeque<>(0);
  private boolean multiplexed;
  private boolean opening;

  EndpointPool(EndpointKey key) {
    // Over TLS it is known when the first connection is there.
    this.multiplexed = key.multiplexed() && key.tls() == null;
  }

  /** A way that is free now, or null. */
  @Nullable UpstreamStream take(ConnectionSettings settings) {
    for (int i = 0; i < shared.size(); i++) {
      if (shared.get(i).takesMore()) {
        return shared.get(i).reserve(settings);
      }
    }
    Http1Upstream connection = idle.pollLast();
    // The server may have closed it in this very batch of events, before its handler was told.
    while (connection != null && !connection.isOpen()) {
      connection.close();
      connection = idle.pollLast();
    }
    if (connection != null) {
      connection.use(settings);
    }
    return connection;
  }

  /** Whether a connection that many can share is on its way. */
  boolean isOpeningShared() {
    return multiplexed && opening;
  }

  void await(ConnectionWaiter waiter) {
    waiting.add(waiter);
  }

  void openingBegan() {
    opening = true;
  }

  /** The connection that was being opened is there or failed; returns who waited for it. */
  List<ConnectionWaiter> openingEnded() {
    opening = false;
    List<ConnectionWaiter> waiters = List.copyOf(waiting);
    waiting.clear();
    return waiters;
  }

  void addShared(Http2Upstream connection) {
    multiplexed = true;
    shared.add(connection);
  }

  /** The server speaks HTTP/1.1 only. */
  void isNotShared() {
    multiplexed = false;
  }

  boolean offer(Http1Upstream connection) {
    if (idle.size() >= connection.settings().maxIdle()) {
      return false;
    }
    idle.addLast(connection);
    return true;
  }

  void forget(Http1Upstream connection) {
    idle.remove(connection);
  }

  void forget(Http2Upstream connection) {
    shared.remove(connection);
  }

  Set<Http1Upstream> tunnels() {
    return tunnels;
  }

  /** Closes what is idle and lets the rest end: tunnels within their time. */
  void retire() {
    List.copyOf(idle).forEach(Http1Upstream::close);
    List.copyOf(shared).forEach(Http2Upstream::leave);
    tunnels.forEach(tunnel -> tunnel.endTunnelIn(tunnel.settings().tunnelDrain()));
  }

  boolean isEmpty() {
    return idle.isEmpty() && shared.isEmpty() && tunnels.isEmpty() && waiting.isEmpty() && !opening;
  }
}
