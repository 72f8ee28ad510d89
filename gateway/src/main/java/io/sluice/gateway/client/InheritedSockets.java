package io.sluice.gateway.client;

import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.NetUtil;
import io.sluice.gateway.memory.Bounded;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listening sockets that whoever started the process has opened and keeps (sd_listen_fds(3)), so
 * that clients wait in their backlog while one process takes the place of another. Each is given
 * out once. Control thread only, but for the end of a takeover.
 */
public final class InheritedSockets {
  private static final Logger LOG = LoggerFactory.getLogger(InheritedSockets.class);
  private static final int FIRST = 3;
  private static final int NON_BLOCKING = 04000;
  private static final int OCTAL = 8;

  @Bounded("by the sockets that were handed over")
  private final List<EpollServerSocketChannel> left = new ArrayList<>();

  /** None. */
  public InheritedSockets() {}

  /**
   * Those of this process. The native transport must be available.
   *
   * @param environment with {@code LISTEN_PID} and {@code LISTEN_FDS}
   * @throws IOException when one blocks, which would stop an event loop
   */
  public InheritedSockets(Map<String, String> environment) throws IOException {
    String process = Long.toString(ProcessHandle.current().pid());
    if (!process.equals(environment.get("LISTEN_PID"))) {
      return;
    }
    String count = environment.getOrDefault("LISTEN_FDS", "0");
    int sockets = count.matches("[0-9]{1,3}") ? Integer.parseInt(count) : 0;
    for (int file = FIRST; file < FIRST + sockets; file++) {
      if (!isNonBlocking(file)) {
        throw new IOException(
            "socket "
                + file
                + " was handed over as a blocking one, expected NonBlocking=true in the unit");
      }
      EpollServerSocketChannel channel = new EpollServerSocketChannel(file);
      LOG.info("was handed a socket that listens on {}", channel.localAddress());
      left.add(channel);
    }
  }

  /** Those that another gateway has handed over, besides. */
  public void add(List<Integer> files) {
    for (int file : files) {
      EpollServerSocketChannel channel = new EpollServerSocketChannel(file);
      LOG.info("took over a socket that listens on {}", channel.localAddress());
      left.add(channel);
    }
  }

  /** Lets those go that no listener wanted, so that no client waits there for ever. */
  synchronized void closeLeft() {
    left.forEach(channel -> channel.unsafe().closeForcibly());
    left.clear();
  }

  private static boolean isNonBlocking(int file) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(file)))) {
      if (line.startsWith("flags:")) {
        return (Integer.parseInt(line.substring(6).strip(), OCTAL) & NON_BLOCKING) != 0;
      }
    }
    return false;
  }

  /** The one that listens there, or null. A wildcard of either family is every wildcard. */
  synchronized @Nullable EpollServerSocketChannel take(String host, int port) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    for (EpollServerSocketChannel channel : left) {
      InetSocketAddress local = channel.localAddress();
      if (local.getPort() == port && bytes != null && isAt(local.getAddress(), bytes)) {
        left.remove(channel);
        return channel;
      }
    }
    return null;
  }

  /** Where the one listens that is in the way of another address at its port; null for none. */
  @Nullable InetSocketAddress inTheWayAt(int port) {
    return left.stream()
        .map(EpollServerSocketChannel::localAddress)
        .filter(local -> local.getPort() == port)
        .findFirst()
        .orElse(null);
  }

  private static boolean isAt(InetAddress local, byte[] host) {
    try {
      InetAddress wanted = InetAddress.getByAddress(host);
      return local.equals(wanted) || (local.isAnyLocalAddress() && wanted.isAnyLocalAddress());
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
