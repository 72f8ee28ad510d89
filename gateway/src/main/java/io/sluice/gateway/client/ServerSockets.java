package io.sluice.gateway.client;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableFollower;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.Loop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets, kept in line with the table: new ones are bound before old ones are
 * closed. An address that stays keeps its socket and its connections, whatever listener it serves.
 * Control thread only.
 */
public final class ServerSockets implements TableFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ServerSockets.class);
  private static final int BACKLOG = 4096;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ProxyContext context;
  private final EventLoopGroup group;
  private final Class<? extends ServerChannel> channelType;
  private final InheritedSockets inherited;

  @Bounded("one for each event loop")
  private final Map<EventLoop, ServerLoop> loops;

  @Bounded("by the listeners that are written")
  private final Map<String, BoundSocket> bound = new ConcurrentHashMap<>();

  @Bounded("by the listeners that were written")
  private final List<BoundSocket> closing = new ArrayList<>();

  @Bounded("by the listeners that are written")
  private volatile List<String> unbound = List.of();

  public ServerSockets(
      ProxyContext context,
      EventLoopGroup group,
      Class<? extends ServerChannel> channelType,
      InheritedSockets inherited,
      List<LoopPools> pools) {
    this.context = context;
    this.group = group;
    this.channelType = channelType;
    this.inherited = inherited;
    this.loops =
        pools.stream()
            .collect(Collectors.toUnmodifiableMap(each -> each.loop().events(), ServerLoop::new));
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    List<Problem> problems = new ArrayList<>();
    Set<String> unmoved = new HashSet<>();
    for (CompiledListener listener : table.allListeners()) {
      BoundSocket here = bound.get(listener.written().address());
      if (here != null) {
        here.listenerId(listener.id());
        continue;
      }
      String failure = bind(listener);
      // 0.0.0.0:80 and 127.0.0.1:80 cannot both be bound: what is in its own way goes first.
      if (failure != null && closeAtPort(listener, table)) {
        failure = bind(listener);
      }
      if (failure != null) {
        unmoved.add(listener.id());
        problems.add(notBound(listener.written(), failure));
      }
    }
    // A listener that could not move is still served where it was.
    for (BoundSocket socket : List.copyOf(bound.values())) {
      if (table.listenerAt(socket.address()) == null && !unmoved.contains(socket.listenerId())) {
        close(socket);
      }
    }
    closing.removeIf(socket -> socket.connections() == 0);
    unbound = List.copyOf(unmoved);
    return problems;
  }

  private Problem notBound(Listener written, String failure) {
    InetSocketAddress handedOver = inherited.inTheWayAt(written.port());
    return Problem.error(
        "listeners/" + written.id() + " Address",
        written.address() + ": " + failure,
        handedOver == null
            ? "an address that can be bound"
            : "the address of the socket that was handed over at this port, "
                + NetUtil.toSocketAddressString(handedOver));
  }

  /**
   * Closes what listens on the same port and is not wanted there any more, whoever's it was; its
   * connections belong to the new listener.
   */
  private boolean closeAtPort(CompiledListener listener, RoutingTable table) {
    String port = ":" + listener.written().port();
    boolean closed = false;
    for (BoundSocket socket : List.copyOf(bound.values())) {
      if (socket.address().endsWith(port) && table.listenerAt(socket.address()) == null) {
        socket.listenerId(listener.id());
        close(socket);
        closed = true;
      }
    }
    return closed;
  }

  /** The file numbers of the sockets that listen. Any thread. */
  public List<Integer> descriptors() {
    return bound.values().stream()
        .map(BoundSocket::descriptor)
        .filter(descriptor -> descriptor >= 0)
        .toList();
  }

  /** Lets go of sockets that were handed over and that no listener wants. Any thread. */
  public void closeUnwanted() {
    inherited.closeLeft();
  }

  /** The ids of the listeners whose address could not be bound. Any thread. */
  public List<String> unbound() {
    return unbound;
  }

  /** Open connections of all clients. */
  public int connections() {
    return loops.values().stream().mapToInt(loop -> loop.connections().size()).sum();
  }

  /** Ends every connection as soon as it is idle; new ones are still accepted. */
  public void closeWhenIdle() {
    for (BoundSocket socket : bound.values()) {
      loops.values().forEach(loop -> loop.closeConnectionsOf(socket));
    }
  }

  /**
   * Stops accepting and ends every connection as soon as it is idle; true when all have ended in
   * time.
   */
  public boolean drain(Duration timeout) {
    List.copyOf(bound.values()).forEach(this::close);
    long until = System.nanoTime() + timeout.toNanos();
    while (closing.stream().anyMatch(socket -> socket.connections() > 0)) {
      if (System.nanoTime() - until > 0) {
        return false;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
    return true;
  }

  /** Null when the socket is bound, else why it could not be. */
  private @Nullable String bind(CompiledListener listener) {
    BoundSocket socket = new BoundSocket(listener.written().address(), listener.id());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, Loop.BUFFERS)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(new ServerPipeline(context, socket, loops));
    String host = listener.written().host();
    int port = listener.written().port();
    ServerChannel handedOver = inherited.take(host, port);
    ChannelFuture binding =
        handedOver == null
            ? bootstrap.channel(channelType).bind(host, port)
            : bootstrap.channelFactory(() -> handedOver).register();
    if (!binding.awaitUninterruptibly().isSuccess()) {
      Throwable cause = binding.cause();
      return String.valueOf(cause.getMessage());
    }
    socket.channel(binding.channel());
    bound.put(socket.address(), socket);
    LOG.info("listener {} is bound to {}", listener.id(), socket.address());
    return null;
  }

  private void close(BoundSocket socket) {
    bound.remove(socket.address());
    closing.add(socket);
    socket.close();
    loops.values().forEach(loop -> loop.closeConnectionsOf(socket));
    LOG.info("{} is closed; {} connections finish", socket.address(), socket.connections());
  }
}
