package io.sluice.gateway.client;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a gateway that runs hands its listening sockets to the one that takes its place: a Unix
 * socket in its state directory, which only its owner reaches.
 *
 * <pre>
 *   the new one          the old one
 *   TAKE            ──▶  stands back (leaves what only one can have)
 *                   ◀──  how many sockets
 *   SOCKETS         ──▶  on a connection of its own
 *                   ◀──  each of them (SCM_RIGHTS, unix(7)), and the end
 *   READY           ──▶  LEAVING, and drains
 *   the end, before ──▶  steps forward again
 * </pre>
 */
public final class TakeoverDoor implements AutoCloseable {
  static final byte TAKE = 'T';
  static final byte SOCKETS = 'S';
  static final byte READY = 'R';
  static final byte LEAVING = 'L';

  private static final Logger LOG = LoggerFactory.getLogger(TakeoverDoor.class);
  private static final String NAME = "takeover.sock";
  private static final long STOP_SECONDS = 2;

  /** What the one inside does. Called on one thread that may block. */
  public interface Holder {
    /** The file numbers of the sockets that listen. Any thread. */
    List<Integer> sockets();

    /** Another one starts: leaves what only one of the two can have. */
    void standBack();

    /** It did not become ready. */
    void stepForward();

    /** It serves: drains and ends. */
    void leave();
  }

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("takeover"), EpollIoHandler.newFactory());
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("takeover-worker").daemon().factory());
  private final Holder holder;
  private final Channel door;

  private TakeoverDoor(Path file, Holder holder) throws IOException {
    this.holder = holder;
    try {
      this.door =
          new ServerBootstrap()
              .group(group)
              .channel(EpollServerDomainSocketChannel.class)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.pipeline().addLast(new Visitor());
                    }
                  })
              .bind(new DomainSocketAddress(file.toFile()))
              .syncUninterruptibly()
              .channel();
    } catch (RuntimeException unusable) {
      close(group, worker);
      throw new IOException(file + " cannot be bound: " + unusable.getMessage(), unusable);
    }
  }

  /** The socket of a gateway with this state directory. */
  public static Path file(Path stateDirectory) {
    return stateDirectory.resolve(NAME);
  }

  /**
   * Opens it, in the place of one that nobody is behind any more.
   *
   * @throws IOException when the file cannot be made, or another gateway is behind it
   */
  public static TakeoverDoor open(Path stateDirectory, Holder holder) throws IOException {
    Files.createDirectories(stateDirectory);
    Path file = file(stateDirectory);
    if (Takeover.isOpen(file)) {
      throw new IOException(file + " is another gateway's");
    }
    Files.deleteIfExists(file);
    return new TakeoverDoor(file, holder);
  }

  /** Whoever has come. */
  private final class Visitor extends ChannelInboundHandlerAdapter {
    private boolean takes;
    private boolean isReady;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf said = (ByteBuf) message;
      byte word = said.isReadable() ? said.readByte() : 0;
      said.release();
      switch (word) {
        case TAKE -> {
          takes = true;
          LOG.info("another gateway takes the place of this one");
          worker.execute(
              () -> {
                holder.standBack();
                int count = holder.sockets().size();
                context.writeAndFlush(context.alloc().buffer(4).writeInt(count));
              });
        }
        case SOCKETS -> {
          for (int socket : holder.sockets()) {
            context.write(new FileDescriptor(socket));
          }
          context.flush();
          context.close();
        }
        case READY -> {
          isReady = true;
          // The other one makes its own door where this one was.
          door.close()
              .addListener(
                  closed -> {
                    context
                        .writeAndFlush(context.alloc().buffer(1).writeByte(LEAVING))
                        .addListener(ChannelFutureListener.CLOSE);
                    worker.execute(holder::leave);
                  });
        }
        default -> context.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (takes && !isReady) {
        LOG.warn("the other gateway did not become ready; this one stays");
        worker.execute(holder::stepForward);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.warn("a takeover failed: {}", cause.toString());
      context.close();
    }
  }

  @Override
  public void close() {
    door.close().syncUninterruptibly();
    close(group, worker);
  }

  private static void close(MultiThreadIoEventLoopGroup group, ExecutorService worker) {
    worker.shutdown();
    group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
