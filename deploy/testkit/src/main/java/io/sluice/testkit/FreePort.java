package io.sluice.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TCP ports that nothing listens on, below those that a kernel gives to outgoing connections: such
 * a one could be taken by a client between the moment that it is chosen and the moment that it is
 * bound.
 */
public final class FreePort {
  private static final int FIRST = 12_000;
  private static final int COUNT = 18_000;

  /** Test processes that run at the same time begin far from each other. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 7_919 % COUNT));

  private FreePort() {}

  /** A free port on loopback, given out once. */
  public static int next() {
    for (int tried = 0; tried < COUNT; tried++) {
      int port = FIRST + NEXT.getAndIncrement() % COUNT;
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // The next one, perhaps.
      }
    }
    throw new IllegalStateException(
        "found no free port from " + FIRST + " to " + (FIRST + COUNT - 1) + ", expected one");
  }

  /** Whether somebody listens at a port of loopback. */
  public static boolean isTaken(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException nobody) {
      return false;
    }
  }
}
