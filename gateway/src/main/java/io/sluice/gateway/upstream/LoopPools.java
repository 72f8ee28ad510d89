package io.sluice.gateway.upstream;

import io.netty.channel.socket.SocketChannel;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.wire.Loop;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The upstream connections of one event loop, by endpoint, and the way to get one.
 *
 * <p>Lives as long as its loop; a new routing table does not touch it. Event loop only, but for
 * {@link #retire}.
 *
 * <pre>
 *   connect ──▶ BUSY ──release──▶ IDLE ──acquire──▶ BUSY
 *                │                  │
 *                └─error, retired───┴─idle timeout, retired──▶ CLOSED
 * </pre>
 */
public final class LoopPools {
  private final Loop loop;
  private final Connector connector;
  private final HostResolver resolver;

  @Bounded("by the servers that are written")
  private final Map<Endpoint, EndpointPool> pools = new HashMap<>();

  public LoopPools(
      Loop loop,
      Class<? extends SocketChannel> channelType,
      HostResolver resolver,
      ForbiddenAddresses forbidden) {
    this.loop = loop;
    this.resolver = resolver;
    this.connector = new Connector(this, channelType, resolver, forbidden);
  }

  /** Where they live. */
  public Loop loop() {
    return loop;
  }

  /** Gives the waiter a way that is free, the most recently used first, or opens one. */
  public void acquire(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    if (settings.proxyVersion() > 0) {
      connect(endpoint, settings, waiter);
      return;
    }
    EndpointPool pool = pool(endpoint);
    if (endpoint.isNamed() && pool.mayHaveFree()) {
      CompletableFuture<List<InetAddress>> now = resolver.resolve(endpoint.key().host());
      if (!now.isDone()) {
        now.whenComplete(
            (found, failure) ->
                loop.execute(
                    () -> {
                      pool(endpoint).letGoOfOthers(now);
                      take(endpoint, settings, waiter);
                    }));
        return;
      }
      pool.letGoOfOthers(now);
    }
    take(endpoint, settings, waiter);
  }

  private void take(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    EndpointPool pool = pool(endpoint);
    UpstreamStream free = pool.take(settings);
    if (free != null) {
      waiter.onConnected(free);
    } else if (pool.isOpeningEnough()) {
      pool.await(waiter, settings);
    } else {
      connect(endpoint, settings, waiter);
    }
  }

  /** One connection, from the wish for it until it is known what it takes. */
  private interface Opening extends Connector.Result, Http2Upstream.Greeted {}

  /** Opens a new connection even if one is free. */
  public void connect(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    EndpointPool pool = pool(endpoint);
    long openedBefore = pool.openingBegan();
    connector.connect(
        endpoint,
        settings,
        waiter.ends(),
        new Opening() {
          @Override
          public void onHttp1(Http1Upstream connection) {
            pool.isNotShared();
            pool.openingSucceeded();
            waiter.onConnected(connection);
            serveWaiting(endpoint, pool);
          }

          @Override
          public void onHttp2(Http2Upstream connection) {
            pool.addShared(connection);
            waiter.onConnected(connection.reserve(settings));
          }

          @Override
          public void onFailed(Reason reason) {
            List<ConnectionWaiter> others = pool.openingFailed(openedBefore);
            waiter.onConnectFailed(reason);
            failed(others, reason);
          }

          @Override
          public Http2Upstream.Greeted greeted() {
            return this;
          }

          @Override
          public void known() {
            pool.openingSucceeded();
            serveWaiting(endpoint, pool);
          }

          @Override
          public void never(Reason reason) {
            failed(pool.openingFailed(openedBefore), reason);
          }

          @Override
          public void left() {
            pool.openingLeft();
            serveWaiting(endpoint, pool);
            forgetIfEmpty(endpoint, pool);
          }

          private void failed(List<ConnectionWaiter> waiting, Reason reason) {
            waiting.forEach(each -> each.onConnectFailed(reason));
            serveWaiting(endpoint, pool);
            forgetIfEmpty(endpoint, pool);
          }
        });
  }

  /** Somebody who asked for a connection does not want it any more. */
  public void giveUp(Endpoint endpoint, ConnectionWaiter waiter) {
    EndpointPool pool = pools.get(endpoint);
    if (pool != null) {
      pool.giveUp(waiter);
      forgetIfEmpty(endpoint, pool);
    }
  }

  /** Gives those who wait what there is, the longest waiting first. */
  private void serveWaiting(Endpoint endpoint, EndpointPool pool) {
    while (pool.hasWaiting() && (pool.mayHaveFree() || !pool.isOpeningEnough())) {
      Map.Entry<ConnectionWaiter, ConnectionSettings> first = pool.takeFirst();
      UpstreamStream free = pool.take(first.getValue());
      if (free != null) {
        first.getKey().onConnected(free);
      } else {
        connect(endpoint, first.getValue(), first.getKey());
      }
    }
  }

  private EndpointPool pool(Endpoint endpoint) {
    return pools.computeIfAbsent(endpoint, e -> new EndpointPool(e.key()));
  }

  /**
   * Takes a connection that can serve another exchange; closes it where it is not wanted any more.
   */
  void release(Http1Upstream connection) {
    assert loop.events().inEventLoop();
    Endpoint endpoint = connection.endpoint();
    EndpointPool pool = pool(endpoint);
    if (endpoint.state() != Endpoint.State.ACTIVE || !pool.offer(connection)) {
      connection.close();
    } else if (pool.hasWaiting()) {
      // Not before the exchange that it was released from has seen its end.
      loop.execute(() -> serveWaiting(endpoint, pool));
    }
  }

  /** Forgets an idle connection that was closed. */
  void forget(Http1Upstream connection) {
    EndpointPool pool = pools.get(connection.endpoint());
    if (pool != null) {
      pool.forget(connection);
      forgetIfEmpty(connection.endpoint(), pool);
    }
  }

  void forget(Http2Upstream connection) {
    EndpointPool pool = pools.get(connection.endpoint());
    if (pool != null) {
      pool.forget(connection);
      forgetIfEmpty(connection.endpoint(), pool);
    }
  }

  private void forgetIfEmpty(Endpoint endpoint, EndpointPool pool) {
    if (pool.isEmpty() && endpoint.state() != Endpoint.State.ACTIVE) {
      pools.remove(endpoint);
    }
  }

  /** The tunnels to an endpoint. */
  Set<Http1Upstream> tunnels(Endpoint endpoint) {
    return pool(endpoint).tunnels();
  }

  /** A tunnel has ended. */
  void forgetTunnel(Http1Upstream tunnel) {
    EndpointPool pool = pools.get(tunnel.endpoint());
    if (pool != null) {
      pool.tunnels().remove(tunnel);
      forgetIfEmpty(tunnel.endpoint(), pool);
    }
  }

  /** Lets the connections of an endpoint that is draining end. Any thread. */
  void retire(Endpoint endpoint) {
    loop.execute(
        () -> {
          EndpointPool pool = pools.get(endpoint);
          // Wanted again in the meantime: then its connections are as well.
          if (pool != null && endpoint.state() != Endpoint.State.ACTIVE) {
            pool.retire();
            forgetIfEmpty(endpoint, pool);
          }
        });
  }
}
