package io.sluice.gateway.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.sluice.gateway.http.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The idle upstream connections of one event loop, by endpoint, and the way to get another.
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
  private final Class<? extends SocketChannel> channelType;
  private final HostResolver resolver;
  private final DeadlineWheel deadlines =
      new DeadlineWheel(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), System::nanoTime);
  private final Map<Endpoint, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();

  public LoopPools(
      EventLoop loop, Class<? extends SocketChannel> channelType, HostResolver resolver) {
    this.loop = loop;
    this.channelType = channelType;
    this.resolver = resolver;
    var ticking =
        loop.scheduleAtFixedRate(
            deadlines::advance, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    assert !ticking.isDone();
  }

  public EventLoop loop() {
    return loop;
  }

  /** The deadlines of everything that lives on this loop. */
  public DeadlineWheel deadlines() {
    return deadlines;
  }

  /** Gives the waiter the most recently used idle connection, or opens one. */
  public void acquire(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    ArrayDeque<UpstreamConnection> connections = idle.get(endpoint);
    UpstreamConnection connection = connections == null ? null : connections.pollLast();
    // The server may have closed it in this very batch of events, before its handler was told.
    while (connection != null && !connection.isOpen()) {
      connection.close();
      connection = connections == null ? null : connections.pollLast();
    }
    if (connection != null) {
      connection.use(settings);
      waiter.onConnected(connection);
    } else {
      connect(endpoint, settings, waiter);
    }
  }

  /** Opens a new connection even if one is idle. */
  public void connect(Endpoint endpoint, ConnectionSettings settings, ConnectionWaiter waiter) {
    CompletableFuture<InetAddress> address = resolver.resolve(endpoint.key().host());
    if (address.isDone()) {
      connectTo(address, endpoint, settings, waiter);
    } else {
      address.whenComplete(
          (found, failure) -> loop.execute(() -> connectTo(address, endpoint, settings, waiter)));
    }
  }

  private void connectTo(
      CompletableFuture<InetAddress> address,
      Endpoint endpoint,
      ConnectionSettings settings,
      ConnectionWaiter waiter) {
    if (address.isCompletedExceptionally()) {
      endpoint.attemptFailed();
      waiter.onConnectFailed(Reason.CONNECT_FAILED);
      return;
    }
    LoopPools pools = this;
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(settings.dialTimeout().toMillis(), 1, Integer.MAX_VALUE))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    endpoint.connectionOpened();
                    channel.closeFuture().addListener(closed -> endpoint.connectionClosed());
                    channel
                        .pipeline()
                        .addLast(
                            "upstream", new UpstreamConnection(pools, endpoint, settings, channel));
                  }
                });
    if (channelType == EpollSocketChannel.class) {
      int seconds = Math.clamp(settings.keepAlivePeriod().toSeconds(), 1, 32767);
      bootstrap
          .option(EpollChannelOption.TCP_KEEPIDLE, seconds)
          .option(EpollChannelOption.TCP_KEEPINTVL, seconds);
    }
    ChannelFuture connecting =
        bootstrap.connect(new InetSocketAddress(address.join(), endpoint.key().port()));
    // A socket that could not even be made fails on a thread of Netty's own.
    connecting.addListener(
        connected -> {
          if (loop.inEventLoop()) {
            onConnected(connecting, endpoint, waiter);
          } else {
            loop.execute(() -> onConnected(connecting, endpoint, waiter));
          }
        });
  }

  private static void onConnected(
      ChannelFuture connecting, Endpoint endpoint, ConnectionWaiter waiter) {
    if (connecting.isSuccess()) {
      waiter.onConnected(connecting.channel().pipeline().get(UpstreamConnection.class));
    } else {
      endpoint.attemptFailed();
      boolean slow = connecting.cause() instanceof ConnectTimeoutException;
      waiter.onConnectFailed(slow ? Reason.CONNECT_TIMEOUT : Reason.CONNECT_FAILED);
    }
  }

  /**
   * Takes a connection that can serve another exchange; closes it where it is not wanted any more.
   */
  void release(UpstreamConnection connection) {
    assert loop.inEventLoop();
    Endpoint endpoint = connection.endpoint();
    ArrayDeque<UpstreamConnection> connections = idle.get(endpoint);
    boolean full = connections != null && connections.size() >= connection.settings().maxIdle();
    if (full || endpoint.state() != Endpoint.State.ACTIVE) {
      connection.close();
    } else {
      idle.computeIfAbsent(endpoint, e -> new ArrayDeque<>()).addLast(connection);
    }
  }

  /** Forgets an idle connection that was closed. */
  void forget(UpstreamConnection connection) {
    ArrayDeque<UpstreamConnection> connections = idle.get(connection.endpoint());
    if (connections != null && connections.remove(connection) && connections.isEmpty()) {
      idle.remove(connection.endpoint());
    }
  }

  /** Closes the idle connections of an endpoint that is draining. Any thread. */
  void retire(Endpoint endpoint) {
    loop.execute(
        () -> {
          // Wanted again in the meantime: then its connections are as well.
          if (endpoint.state() == Endpoint.State.ACTIVE) {
            return;
          }
          ArrayDeque<UpstreamConnection> connections = idle.remove(endpoint);
          if (connections != null) {
            connections.forEach(UpstreamConnection::close);
          }
        });
  }
}
