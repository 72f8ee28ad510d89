package io.sluice.gateway.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.exchange.Peer;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.tls.ServerNames;
import io.sluice.gateway.tls.TlsEntrance;
import io.sluice.gateway.tls.TlsSession;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was accepted, until it is known what is spoken on it: each handler learns
 * something, says so here and leaves. Event loop only.
 *
 * <pre>
 *   opened ──▶ proxy (who is it?) ──▶ identified ──▶ tls (which name?) ──▶ secured ──▶ http1 or http2
 *                                         └── in clear ──▶ preface (which version?) ──▶ http1 or http2
 * </pre>
 */
final class Arrival {
  private final ProxyContext context;
  private final BoundSocket socket;
  private final ServerLoop loop;
  private final Channel channel;
  private final CompiledListener listener;
  private final ClientTerms terms;
  private Peer peer;

  /**
   * @param listener as it is written now: the connection keeps its terms
   */
  Arrival(
      ProxyContext context,
      BoundSocket socket,
      ServerLoop loop,
      Channel channel,
      CompiledListener listener,
      Peer peer) {
    this.context = context;
    this.socket = socket;
    this.loop = loop;
    this.channel = channel;
    this.listener = listener;
    this.terms = ClientTerms.of(listener.written());
    this.peer = peer;
  }

  /** Lets it in, where there is room, and asks a trusted proxy for whom it speaks. */
  void opened() {
    Listener written = listener.written();
    if (!socket.mayOpen(peer.address(), written.limits()) || !hasRoom()) {
      refuse(Reason.TOO_MANY_CONNECTIONS);
    } else if (written.proxyProtocol() == Listener.ProxyProtocol.NONE) {
      identified(null);
    } else if (written.trustedProxies().stream()
        .noneMatch(range -> range.contains(peer.address()))) {
      refuse(Reason.BAD_PROXY_HEADER);
    } else {
      channel
          .pipeline()
          .addLast(
              "proxy",
              new ProxyHeader(
                  loop.pools().loop().deadlines(),
                  this::identified,
                  () -> refuse(Reason.BAD_PROXY_HEADER)));
    }
  }

  private boolean hasRoom() {
    int most = context.ledger().mostConnections();
    if (context.connections().get() > most) {
      loop.makeRoom();
    }
    return context.connections().get() <= most;
  }

  /**
   * It is known whose it is.
   *
   * @param client null where it is the peer's own
   */
  private void identified(@Nullable InetAddress client) {
    peer = client == null ? peer : peer.standsFor(client);
    if (listener.names() == null) {
      clear();
    } else {
      channel
          .pipeline()
          .addLast("tls", new TlsEntrance(this::names, this::secured, this::insecure));
    }
  }

  /** The certificates that there are by then; null when TLS is not served any more. */
  private @Nullable ServerNames names() {
    CompiledListener now = socket.listener(context.live().current());
    return now == null ? null : now.names();
  }

  private void insecure() {
    context.telemetry().listener(listener.id()).handshakeFailed();
    context.telemetry().rejected(Reason.TLS_REFUSED.label());
  }

  private void secured(TlsSession session) {
    context.telemetry().listener(listener.id()).handshake(session.version());
    peer = peer.with(session);
    if (session.http2()) {
      http2();
    } else {
      http1();
    }
  }

  /** Most clients in clear speak HTTP/1.1, so that is what waits for the first bytes. */
  private void clear() {
    Http2Preface preface = new Http2Preface();
    channel.pipeline().addLast("preface", preface);
    Http1Connection http1 = http1();
    preface.onFound(
        () -> {
          http1.giveUp();
          channel.pipeline().remove(http1);
          http2();
        });
  }

  private Http1Connection http1() {
    return serve("http1", new Http1Connection(context, socket, loop, channel, peer, terms));
  }

  private void http2() {
    serve("http2", Http2Connection.on(context, socket, loop, channel, peer, terms));
  }

  private <C extends ChannelHandler & ClientConnection> C serve(String name, C connection) {
    loop.connections().add(connection);
    channel.pipeline().addLast(name, connection);
    // Its listener went while it arrived: it was not there to be told.
    if (socket.isClosed()) {
      connection.closeWhenIdle();
    }
    return connection;
  }

  private void refuse(Reason reason) {
    context.telemetry().rejected(reason.label());
    channel.close();
  }
}
