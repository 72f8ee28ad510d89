package io.sluice.gateway.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.exchange.Peer;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
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

  @Bounded("one for each event loop")
  private final Map<EventLoop, ServerLoop> loops;

  ServerPipeline(ProxyContext context, BoundSocket socket, Map<EventLoop, ServerLoop> loops) {
    this.context = context;
    this.socket = socket;
    this.loops = loops;
  }

  @Override
  protected void initChannel(Channel channel) {
    CompiledListener listener = listener();
    if (listener == null
        || !(channel.remoteAddress() instanceof InetSocketAddress remote)
        || !(channel.localAddress() instanceof InetSocketAddress local)) {
      channel.close();
      return;
    }
    Peer peer = Peer.of(remote, local);
    socket.connectionOpened(peer.address());
    int connections = context.connections().incrementAndGet();
    channel
        .closeFuture()
        .addListener(
            closed -> {
              socket.connectionClosed(peer.address());
              context.connections().decrementAndGet();
            });
    Listener written = listener.written();
    if (!socket.mayOpen(peer.address(), written.limits())) {
      refuse(channel, Reason.TOO_MANY_CONNECTIONS);
      return;
    }
    if (connections > context.ledger().mostConnections()) {
      loop(channel).makeRoom();
      if (context.connections().get() > context.ledger().mostConnections()) {
        refuse(channel, Reason.TOO_MANY_CONNECTIONS);
        return;
      }
    }
    ClientTerms terms = ClientTerms.of(written);
    if (written.proxyProtocol() == Listener.ProxyProtocol.NONE) {
      secure(channel, peer, terms, listener);
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
                loop(channel).pools().loop().deadlines(),
                address ->
                    secure(
                        channel, address == null ? peer : peer.standsFor(address), terms, listener),
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

  private void secure(Channel channel, Peer peer, ClientTerms terms, CompiledListener listener) {
    if (listener.names() == null) {
      clear(channel, peer, terms);
      return;
    }
    channel
        .pipeline()
        .addLast(
            "tls",
            new TlsEntrance(
                this::names,
                session -> speak(channel, peer, terms, session),
                () -> context.telemetry().rejected(Reason.TLS_REFUSED.label())));
  }

  private @Nullable ServerNames names() {
    CompiledListener listener = listener();
    return listener == null ? null : listener.names();
  }

  private void speak(Channel channel, Peer peer, ClientTerms terms, TlsSession session) {
    if (session.http2()) {
      http2(channel, peer.with(session), terms);
    } else {
      http1(channel, peer.with(session), terms);
    }
  }

  private void clear(Channel channel, Peer peer, ClientTerms terms) {
    Http2Preface preface = new Http2Preface();
    channel.pipeline().addLast("preface", preface);
    Http1Connection http1 = http1(channel, peer, terms);
    preface.onFound(
        () -> {
          http1.giveUp();
          channel.pipeline().remove(http1);
          http2(channel, peer, terms);
        });
  }

  private Http1Connection http1(Channel channel, Peer peer, ClientTerms terms) {
    ServerLoop loop = loop(channel);
    Http1Connection connection = new Http1Connection(context, socket, loop, channel, peer, terms);
    loop.connections().add(connection);
    channel.pipeline().addLast("http1", connection);
    return connection;
  }

  private void http2(Channel channel, Peer peer, ClientTerms terms) {
    ServerLoop loop = loop(channel);
    Http2Connection connection = Http2Connection.on(context, socket, loop, channel, peer, terms);
    loop.connections().add(connection);
    channel.pipeline().addLast("http2", connection);
  }

  private void refuse(Channel channel, Reason reason) {
    context.telemetry().rejected(reason.label());
    channel.close();
  }
}
