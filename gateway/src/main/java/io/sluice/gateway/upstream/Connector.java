package io.sluice.gateway.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.sluice.gateway.http.ProxyHeaderWriter;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.tls.ClientTls;
import io.sluice.gateway.wire.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to servers: name, address, TCP, TLS, and then whichever version of HTTP the
 * server speaks. One for each event loop; everything happens on it.
 */
final class Connector {
  /** What becomes of one attempt to connect: one of these, once. */
  interface Result {
    void onHttp1(Http1Upstream connection);

    void onHttp2(Http2Upstream connection);

    void onFailed(Reason reason);

    /** What is told of an HTTP/2 connection after that. */
    Http2Upstream.Greeted greeted();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

  private final LoopPools pools;
  private final EventLoop loop;
  private final Class<? extends SocketChannel> channelType;
  private final HostResolver resolver;
  private final ForbiddenAddresses forbidden;

  Connector(
      LoopPools pools,
      Class<? extends SocketChannel> channelType,
      HostResolver resolver,
      ForbiddenAddresses forbidden) {
    this.pools = pools;
    this.loop = pools.loop().events();
    this.channelType = channelType;
    this.resolver = resolver;
    this.forbidden = forbidden;
  }

  /**
   * Opens one.
   *
   * @param ends whose connection is passed on, where the server is told; null for the gateway's own
   */
  void connect(
      Endpoint endpoint,
      ConnectionSettings settings,
      ProxyHeaderWriter.@Nullable Ends ends,
      Result result) {
    Dialing dialing = new Dialing(endpoint, settings, ends, result);
    CompletableFuture<List<InetAddress>> addresses = resolver.resolve(endpoint.key().host());
    if (addresses.isDone()) {
      dialing.onResolved(addresses);
    } else {
      CompletableFuture<List<InetAddress>> inTime =
          addresses.copy().orTimeout(settings.timeouts().dial().toNanos(), TimeUnit.NANOSECONDS);
      inTime.whenComplete((found, failure) -> loop.execute(() -> dialing.onResolved(inTime)));
    }
  }

  /** The addresses of a server, tried one after the other within one {@code Dial}. */
  private final class Dialing {
    private final Endpoint endpoint;
    private final ConnectionSettings settings;
    private final ProxyHeaderWriter.@Nullable Ends ends;
    private final Result result;
    private final long until;

    @Bounded("by the addresses of one name")
    private final ArrayDeque<InetAddress> left = new ArrayDeque<>(1);

    private Reason failure = Reason.UPSTREAM_FORBIDDEN;

    Dialing(
        Endpoint endpoint,
        ConnectionSettings settings,
        ProxyHeaderWriter.@Nullable Ends ends,
        Result result) {
      this.endpoint = endpoint;
      this.settings = settings;
      this.ends = ends;
      this.result = result;
      this.until = pools.loop().deadlines().now() + settings.timeouts().dial().toNanos();
    }

    void onResolved(CompletableFuture<List<InetAddress>> addresses) {
      if (addresses.isCompletedExceptionally()) {
        fail(Reason.CONNECT_FAILED);
        return;
      }
      InetAddress reached = endpoint.reached();
      for (InetAddress address : addresses.join()) {
        if (forbidden.contains(address, endpoint.key().port())) {
          continue;
        }
        if (address.equals(reached)) {
          left.addFirst(address);
        } else {
          left.addLast(address);
        }
      }
      next();
    }

    /** Each address has its part of the time that is left, and the last one all of it. */
    private void next() {
      InetAddress address = left.poll();
      long nanos = until - pools.loop().deadlines().now();
      if (address == null || (nanos <= 0 && failure != Reason.UPSTREAM_FORBIDDEN)) {
        fail(failure);
        return;
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(nanos) / (left.size() + 1);
      ChannelFuture connecting =
          bootstrap(endpoint, settings, ends)
              .option(
                  ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.clamp(millis, 1, Integer.MAX_VALUE))
              .connect(new InetSocketAddress(address, endpoint.key().port()));
      // A socket that could not even be made fails on a thread of Netty's own.
      connecting.addListener(
          connected -> {
            if (loop.inEventLoop()) {
              onTried(connecting, address);
            } else {
              loop.execute(() -> onTried(connecting, address));
            }
          });
    }

    private void onTried(ChannelFuture connecting, InetAddress address) {
      if (connecting.isSuccess()) {
        endpoint.reached(address);
        onConnected(connecting.channel(), endpoint, settings, result);
        return;
      }
      boolean slow = connecting.cause() instanceof ConnectTimeoutException;
      failure = slow ? Reason.CONNECT_TIMEOUT : Reason.CONNECT_FAILED;
      next();
    }

    private void fail(Reason reason) {
      endpoint.attemptFailed();
      result.onFailed(reason);
    }
  }

  private Bootstrap bootstrap(
      Endpoint endpoint, ConnectionSettings settings, ProxyHeaderWriter.@Nullable Ends ends) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.ALLOCATOR, Loop.BUFFERS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    endpoint.connectionOpened();
                    channel.closeFuture().addListener(closed -> endpoint.connectionClosed());
                    if (settings.proxyVersion() > 0) {
                      ByteBuf header = ProxyHeaderWriter.header(settings.proxyVersion(), ends);
                      channel.pipeline().addLast("proxy", new FirstBytes(header));
                    }
                    ClientTls tls = endpoint.key().tls();
                    if (tls != null) {
                      channel.pipeline().addLast("tls", tlsHandler(channel, endpoint, settings));
                    }
                  }
                });
    if (channelType == EpollSocketChannel.class) {
      int seconds = Math.clamp(settings.keepAlivePeriod().toSeconds(), 1, 32767);
      bootstrap
          .option(EpollChannelOption.TCP_KEEPIDLE, seconds)
          .option(EpollChannelOption.TCP_KEEPINTVL, seconds);
    }
    return bootstrap;
  }

  /**
   * Sends some bytes before anything else, the TLS handshake included: as soon as the connection is
   * there, from the front of the pipeline.
   */
  private static final class FirstBytes extends ChannelInboundHandlerAdapter {
    @Bounded("one PROXY header")
    private final ByteBuf bytes;

    FirstBytes(ByteBuf bytes) {
      this.bytes = bytes;
    }

    void send(Channel channel) {
      channel.pipeline().context(this).writeAndFlush(bytes.retain());
      channel.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      bytes.release();
    }
  }

  private static SslHandler tlsHandler(
      Channel channel, Endpoint endpoint, ConnectionSettings settings) {
    EndpointKey key = endpoint.key();
    return java.util.Objects.requireNonNull(key.tls())
        .handler(channel.alloc(), key.host(), key.port(), settings.timeouts().tlsHandshake());
  }

  private void onConnected(
      Channel channel, Endpoint endpoint, ConnectionSettings settings, Result result) {
    FirstBytes header = channel.pipeline().get(FirstBytes.class);
    if (header != null) {
      header.send(channel);
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      onReady(channel, endpoint.key().multiplexed(), endpoint, settings, result);
      return;
    }
    tls.handshakeFuture()
        .addListener(
            handshake -> {
              if (handshake.isSuccess()) {
                boolean http2 = ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
                onReady(channel, http2, endpoint, settings, result);
              } else {
                endpoint.attemptFailed();
                LOG.warn("TLS to {} failed: {}", endpoint, String.valueOf(handshake.cause()));
                boolean slow = handshake.cause() instanceof SslHandshakeTimeoutException;
                channel.close();
                result.onFailed(slow ? Reason.UPSTREAM_TLS_TIMEOUT : Reason.UPSTREAM_TLS_FAILED);
              }
            });
  }

  private void onReady(
      Channel channel,
      boolean http2,
      Endpoint endpoint,
      ConnectionSettings settings,
      Result result) {
    if (http2) {
      Http2Upstream connection =
          Http2Upstream.on(pools, endpoint, channel, settings, result.greeted());
      channel.pipeline().addLast("http2", connection);
      result.onHttp2(connection);
    } else {
      Http1Upstream connection = new Http1Upstream(pools, endpoint, settings, channel);
      channel.pipeline().addLast("http1", connection);
      result.onHttp1(connection);
    }
  }
}
