package io.sluice.gateway.upstream;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.sluice.gateway.http.HeadWriter;
import io.sluice.gateway.http.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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
  private static final long TICK_MILLIS = 50;

  private final EventLoop loop;
  private final Connector connector;
  private final DeadlineWheel deadlines =
      new DeadlineWheel(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), System::nanoTime);
  private final HeadWriter heads = new HeadWriter();
  private final Map<Endpoint, EndpointPool> pools = new HashMap<>();

  public LoopPools(
      EventLoop loop,
      Class<? extends SocketChannel> channelType,
      HostResolver resolver,
      ForbiddenAddresses forbidden) {
    this.loop = loop;
    this.connector = new Connector(this, channelType, resolver, forbidden);
    var ticking =
        loop.scheduleAtFixedRate(
            deadlines::advance, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    assert !ticking.isDone();
  }

  public EventLoop loop() {
    return loop;
  }

  /** What writes the heads of everything that lives on this loop. */
  public HeadWriter heads() {
    return heads;
  }

  /** The deadlines of everything that lives on this loop. */
  public DeadlineWheel deadlines() {
    return deadlines;
  }

  /** Gives the waiter a way that is free, the most recently used first, or opens one. */
  public void acquire(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    if (settings.proxyVersion() > 0) {
      connect(endpoint, settings, waiter);
      return;
    }
    EndpointPool pool = pool(endpoint);
    UpstreamStream free = pool.take(settings);
    if (free != null) {
      waiter.onConnected(free);
    } else if (pool.isOpeningShared()) {
      pool.await(waiter);
    } else {
      connect(endpoint, settings, waiter);
    }
  }

  /** Opens a new connection even if one is free. */
  public void connect(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    EndpointPool pool = pool(endpoint);
    pool.openingBegan();
    connector.connect(
        endpoint,
        settings,
        waiter.ends(),
        new Connector.Result() {
          @Override
          public void onHttp1(Http1Upstream connection) {
            pool.isNotShared();
            waiter.onConnected(connection);
            pool.openingEnded().forEach(other -> acquire(endpoint, settings, other));
          }

          @Override
          public void onHttp2(Http2Upstream connection) {
            pool.addShared(connection);
            waiter.onConnected(connection.reserve(settings));
            pool.openingEnded().forEach(other -> acquire(endpoint, settings, other));
          }

          @Override
          public void onFailed(Reason reason) {
            List<ConnectionWaiter> others = pool.openingEnded();
            waiter.onConnectFailed(reason);
            others.forEach(other -> other.onConnectFailed(reason));
          }
        });
  }

  private EndpointPool pool(Endpoint endpoint) {
    return pools.computeIfAbsent(endpoint, e -> new EndpointPool(e.key()));
  }

  /**
   * Takes a connection that can serve another exchange; closes it where it is not wanted any more.
   */
  void release(Http1Upstream connection) {
    assert loop.inEventLoop();
    Endpoint endpoint = connection.endpoint();
    if (endpoint.state() != Endpoint.State.ACTIVE || !pool(endpoint).offer(connection)) {
      connection.close();
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
