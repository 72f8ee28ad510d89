package io.sluice.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.tls.ServerNames;
import io.sluice.gateway.tls.TlsEntrance;
import io.sluice.gateway.tls.TlsSession;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives every accepted connection its handlers, one after the other as each learns what follows:
 * the one place that shows their order.
 *
 * <pre>
 *   proxy (who is it?) ──▶ tls (which name?) ──▶ preface (which version, in clear?) ──▶ http1 or http2
 * </pre>
 */
final class ServerPipeline extends ChannelInitializer<Channel> {
  private final ProxyContext context;
  private final BoundSocket socket;
  private final Map<EventLoop, ServerLoop> loops;

  ServerPipeline(ProxyContext context, BoundSocket socket, Map<EventLoop, ServerLoop> loops) {
    this.context = context;
    this.socket = socket;
    this.loops = loops;
  }

  @Override
  protected void initChannel(Channel channel) {
    CompiledListener listener = listener();
    if (listener == null || !(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      channel.close();
      return;
    }
    socket.connectionOpened();
    channel.closeFuture().addListener(closed -> socket.connectionClosed());
    Peer peer = Peer.at(remote.getAddress());
    Listener written = listener.written();
    if (written.proxyProtocol() == Listener.ProxyProtocol.NONE) {
      secure(channel, peer, listener);
      return;
    }
    if (written.trustedProxies().stream().noneMatch(range -> range.contains(peer.address()))) {
      refuse(channel, Reason.BAD_PROXY_HEADER);
      return;
    }
    channel
        .pipeline()
        .addLast(
            "proxy",
            new ProxyHeader(
                loop(channel).pools().deadlines(),
                address -> secure(channel, address == null ? peer : Peer.at(address), listener),
                () -> refuse(channel, Reason.BAD_PROXY_HEADER)));
  }

  private @Nullable CompiledListener listener() {
    return socket.listener(context.live().current());
  }

  private ServerLoop loop(Channel channel) {
    ServerLoop loop = loops.get(channel.eventLoop());
    if (loop == null) {
      throw new IllegalStateException("a connection on a loop without pools");
    }
    return loop;
  }

  private void secure(Channel channel, Peer peer, CompiledListener listener) {
    if (listener.names() == null) {
      clear(channel, peer);
      return;
    }
    channel
        .pipeline()
        .addLast(
            "tls",
            new TlsEntrance(
                this::names,
                session -> speak(channel, peer, session),
                () -> context.telemetry().rejected(Reason.TLS_REFUSED.label())));
  }

  private @Nullable ServerNames names() {
    CompiledListener listener = listener();
    return listener == null ? null : listener.names();
  }

  private void speak(Channel channel, Peer peer, TlsSession session) {
    if (session.http2()) {
      http2(channel, peer.with(session));
    } else {
      http1(channel, peer.with(session));
    }
  }

  private void clear(Channel channel, Peer peer) {
    Http2Preface preface = new Http2Preface();
    channel.pipeline().addLast("preface", preface);
    Http1Connection http1 = http1(channel, peer);
    preface.onFound(
        () -> {
          http1.giveUp();
          channel.pipeline().remove(http1);
          http2(channel, peer);
        });
  }

  private Http1Connection http1(Channel channel, Peer peer) {
    ServerLoop loop = loop(channel);
    Http1Connection connection = new Http1Connection(context, socket, loop, channel, peer);
    loop.connections().add(connection);
    channel.pipeline().addLast("http1", connection);
    return connection;
  }

  private void http2(Channel channel, Peer peer) {
    ServerLoop loop = loop(channel);
    Http2Connection connection = Http2Connection.on(context, socket, loop, channel, peer);
    loop.connections().add(connection);
    channel.pipeline().addLast("http2", connection);
  }

  private void refuse(Channel channel, Reason reason) {
    context.telemetry().rejected(reason.label());
    channel.close();
  }
}
