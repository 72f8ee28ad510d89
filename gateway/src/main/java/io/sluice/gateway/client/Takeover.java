package io.sluice.gateway.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.sluice.gateway.memory.Bounded;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The new gateway's side of a takeover, see {@link TakeoverDoor}: from the first word until the old
 * one leaves. When it is closed before {@link #ready}, the old one stays. Blocking; one thread.
 */
public final class Takeover implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;
  private static final long STOP_SECONDS = 1;

  private final SocketChannel line;

  @Bounded("by the listeners of the other gateway")
  private final List<Integer> sockets;

  private Takeover(SocketChannel line, List<Integer> sockets) {
    this.line = line;
    this.sockets = sockets;
  }

  /** Whether a gateway is behind the door. */
  static boolean isOpen(Path door) {
    try (SocketChannel line = connect(door)) {
      return line.isConnected();
    } catch (IOException nobody) {
      return false;
    }
  }

  /**
   * Begins.
   *
   * @return null when there is nobody whose place could be taken
   * @throws IOException when the old one does not answer as it should
   */
  public static @Nullable Takeover begin(Path door) throws IOException, InterruptedException {
    if (!Files.exists(door)) {
      return null;
    }
    SocketChannel line;
    try {
      line = connect(door);
    } catch (IOException nobody) {
      return null;
    }
    try {
      line.write(ByteBuffer.wrap(new byte[] {TakeoverDoor.TAKE}));
      int count = ByteBuffer.wrap(read(line, Integer.BYTES)).getInt();
      List<Integer> sockets = sockets(door);
      if (sockets.size() != count) {
        throw new IOException(door + ": found " + sockets.size() + " sockets, expected " + count);
      }
      return new Takeover(line, sockets);
    } catch (IOException | InterruptedException failed) {
      line.close();
      throw failed;
    }
  }

  private static SocketChannel connect(Path door) throws IOException {
    SocketChannel line = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      line.connect(UnixDomainSocketAddress.of(door));
      return line;
    } catch (IOException failed) {
      line.close();
      throw failed;
    }
  }

  private static byte[] read(SocketChannel line, int count) throws IOException {
    ByteBuffer said = ByteBuffer.allocate(count);
    while (said.hasRemaining()) {
      if (line.read(said) < 0) {
        throw new IOException("the other gateway has ended");
      }
    }
    return said.array();
  }

  /** The file numbers of the old one's sockets, in this process. */
  private static List<Integer> sockets(Path door) throws IOException, InterruptedException {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Received received = new Received();
    try {
      Channel channel =
          new Bootstrap()
              .group(group)
              .channel(EpollDomainSocketChannel.class)
              .option(
                  EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
              .handler(received)
              .connect(new DomainSocketAddress(door.toFile()))
              .syncUninterruptibly()
              .channel();
      channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {TakeoverDoor.SOCKETS}));
      return received.all.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | RuntimeException failed) {
      throw new IOException(door + ": the sockets did not come: " + failed.getMessage(), failed);
    } finally {
      group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  /** What comes until the old one ends the connection. */
  private static final class Received extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<List<Integer>> all = new CompletableFuture<>();

    @Bounded("by the listeners of the other gateway")
    private final List<Integer> sockets = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      sockets.add(((FileDescriptor) message).intValue());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      all.complete(List.copyOf(sockets));
    }
  }

  /** The file numbers of the sockets that listen, in this process. */
  public List<Integer> sockets() {
    return sockets;
  }

  /**
   * This one serves; when it returns, the old one drains.
   *
   * @throws IOException when the old one has ended by itself
   */
  public void ready() throws IOException {
    line.write(ByteBuffer.wrap(new byte[] {TakeoverDoor.READY}));
    read(line, 1);
  }

  @Override
  public void close() throws IOException {
    line.close();
  }
}
