package io.sluice.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.util.Map;

/** Gives every accepted connection its handlers: the one place that shows their order. */
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
    ServerLoop loop = loops.get(channel.eventLoop());
    if (loop == null) {
      throw new IllegalStateException("a connection on a loop without pools");
    }
    socket.connectionOpened();
    Http1Connection http1 = new Http1Connection(context, socket, loop, channel);
    loop.connections().add(http1);
    channel.pipeline().addLast("preface", new Http2Preface(() -> http2(loop, channel, http1)));
    channel.pipeline().addLast("http1", http1);
  }

  private void http2(ServerLoop loop, Channel channel, Http1Connection instead) {
    instead.giveUp();
    Http2Connection http2 = Http2Connection.on(context, socket, loop, channel);
    loop.connections().add(http2);
    channel.pipeline().replace(instead, "http2", http2);
  }
}
