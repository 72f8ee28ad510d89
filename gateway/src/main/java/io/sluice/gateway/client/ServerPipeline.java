package io.sluice.gateway.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.sluice.gateway.exchange.Peer;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.table.CompiledListener;
import java.net.InetSocketAddress;
import java.util.Map;

/** Makes an {@link Arrival} of every accepted connection, and counts it until it is closed. */
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
    CompiledListener listener = socket.listener(context.live().current());
    if (listener == null
        || !(channel.remoteAddress() instanceof InetSocketAddress remote)
        || !(channel.localAddress() instanceof InetSocketAddress local)) {
      channel.close();
      return;
    }
    Peer peer = Peer.of(remote, local);
    socket.connectionOpened(peer.address());
    context.connections().incrementAndGet();
    channel
        .closeFuture()
        .addListener(
            closed -> {
              socket.connectionClosed(peer.address());
              context.connections().decrementAndGet();
            });
    new Arrival(context, socket, loop(channel), channel, listener, peer).opened();
  }

  private ServerLoop loop(Channel channel) {
    ServerLoop loop = loops.get(channel.eventLoop());
    if (loop == null) {
      throw new IllegalStateException("a connection on a loop without pools");
    }
    return loop;
  }
}
