package io.sluice.gateway.upstream;

import io.sluice.gateway.memory.Bounded;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has of one endpoint. Event loop only.
 *
 * <p>HTTP/1.1 connections serve one exchange each and wait in {@code idle}; HTTP/2 connections are
 * shared. While one that will be shared is being opened, until its server has said how many it
 * takes, exchanges wait for it instead of opening more; of others only so many are opened at a
 * time, so that a client which asks and gives up again and again does not make connections as fast
 * as it asks.
 */
final class EndpointPool {
  private static final int MOST_OPENING = 64;

  @Bounded("by the idle connections that the backend allows")
  private final ArrayDeque<Http1Upstream> idle = new ArrayDeque<>();

  @Bounded("by the exchanges under way, a hundred to a connection")
  private final List<Http2Upstream> shared = new ArrayList<>(0);

  @Bounded("by the exchanges under way")
  private final Set<Http1Upstream> tunnels = new HashSet<>(0);

  @Bounded("by the exchanges under way")
  private final Map<ConnectionWaiter, ConnectionSettings> waiting = new LinkedHashMap<>(0);

  /** The addresses of the server's name when somebody asked last; none where it has no name. */
  @Bounded("by the addresses of one name")
  private List<InetAddress> addresses = List.of();

  private boolean multiplexed;
  private int opening;
  private long opened;

  EndpointPool(EndpointKey key) {
    // Over TLS it is known when the first connection is there.
    this.multiplexed = key.multiplexed() && key.tls() == null;
  }

  /**
   * Lets connections go whose address the server's name has no longer. While it is being looked up
   * nothing is known.
   */
  void letGoOfOthers(CompletableFuture<List<InetAddress>> now) {
    if (!now.isDone() || now.isCompletedExceptionally() || now.join() == addresses) {
      return;
    }
    addresses = now.join();
    List.copyOf(idle).stream()
        .filter(connection -> isElsewhere(connection.remote()))
        .forEach(Http1Upstream::close);
    List.copyOf(shared).stream()
        .filter(connection -> isElsewhere(connection.remote()))
        .forEach(Http2Upstream::leave);
  }

  private boolean isElsewhere(@Nullable SocketAddress remote) {
    return !addresses.isEmpty()
        && remote instanceof InetSocketAddress at
        && !addresses.contains(at.getAddress());
  }

  /** A way that is free now, or null. */
  @Nullable UpstreamStream take(ConnectionSettings settings) {
    for (int i = 0; i < shared.size(); i++) {
      if (shared.get(i).takesMore() && shared.get(i).staysYoung(settings)) {
        return shared.get(i).reserve(settings);
      }
    }
    Http1Upstream connection = idle.pollLast();
    // The server may have closed it in this very batch of events, before its handler was told.
    while (connection != null && !(connection.isOpen() && connection.isYoung(settings))) {
      connection.close();
      connection = idle.pollLast();
    }
    if (connection != null) {
      connection.use(settings);
    }
    return connection;
  }

  /** Whether those who find nothing free had better wait for what is being opened. */
  boolean isOpeningEnough() {
    return multiplexed ? opening > 0 : opening >= MOST_OPENING;
  }

  /** Whether there may be a way that is free now. */
  boolean mayHaveFree() {
    return !idle.isEmpty() || shared.stream().anyMatch(Http2Upstream::takesMore);
  }

  void await(ConnectionWaiter waiter, ConnectionSettings settings) {
    waiting.put(waiter, settings);
  }

  /** Somebody does not want a connection any more. */
  void giveUp(ConnectionWaiter waiter) {
    waiting.remove(waiter);
  }

  /** Returns how many have been opened so far, for {@link #openingFailed}. */
  long openingBegan() {
    opening++;
    return opened;
  }

  void openingSucceeded() {
    opening--;
    opened++;
  }

  /**
   * A connection could not be opened.
   *
   * @param openedBefore what {@link #openingBegan} returned
   * @return who must not go on waiting, since no other was opened meanwhile either
   */
  List<ConnectionWaiter> openingFailed(long openedBefore) {
    opening--;
    if (opened != openedBefore) {
      return List.of();
    }
    List<ConnectionWaiter> hopeless = List.copyOf(waiting.keySet());
    waiting.clear();
    return hopeless;
  }

  /** One is not opened to its end, through no fault of its server's. */
  void openingLeft() {
    opening--;
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** Who has waited longest, and does not from now on. */
  Map.Entry<ConnectionWaiter, ConnectionSettings> takeFirst() {
    Map.Entry<ConnectionWaiter, ConnectionSettings> first = waiting.entrySet().iterator().next();
    waiting.remove(first.getKey());
    return first;
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
    ConnectionSettings settings = connection.settings();
    if (idle.size() >= settings.maxIdle()
        || !connection.isYoung(settings)
        || isElsewhere(connection.remote())) {
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
    List.copyOf(shared).forEach(Http2Upstream::retire);
    tunnels.forEach(tunnel -> tunnel.endTunnelIn(tunnel.settings().timeouts().tunnelDrain()));
  }

  boolean isEmpty() {
    return idle.isEmpty()
        && shared.isEmpty()
        && tunnels.isEmpty()
        && waiting.isEmpty()
        && opening == 0;
  }
}
