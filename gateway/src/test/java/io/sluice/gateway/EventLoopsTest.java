package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLoopsTest {
  @ParameterizedTest
  @ValueSource(classes = {EpollServerSocketChannel.class, NioServerSocketChannel.class})
  void aLoopThatIsToldToEndWhileItRunsATaskClosesItsChannels(Class<? extends ServerChannel> type)
      throws Exception {
    IoHandlerFactory handlers =
        type == EpollServerSocketChannel.class
            ? EpollIoHandler.newFactory()
            : NioIoHandler.newFactory();
    var group = EventLoops.start(1, handlers);
    CountDownLatch removed = new CountDownLatch(1);
    Channel channel =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .handler(
                new ChannelHandlerAdapter() {
                  @Override
                  public void handlerRemoved(ChannelHandlerContext ctx) {
                    removed.countDown();
                  }
                })
            .childHandler(new ChannelHandlerAdapter() {})
            .bind("127.0.0.1", 0)
            .sync()
            .channel();

    group.next().execute(() -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS));

    assertThat(group.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(channel.isOpen()).isFalse();
    assertThat(removed.getCount()).as("handlers that still hold something").isZero();
  }
}
