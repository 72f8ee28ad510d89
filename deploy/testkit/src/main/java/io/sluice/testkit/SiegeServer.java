package io.sluice.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The server behind a besieged proxy: {@code /big} has ten million bytes, {@code /silent} no answer
 * and no reader, and everything else a short answer at once. Speaks HTTP/1.1.
 */
public final class SiegeServer implements AutoCloseable {
  private static final int BIG_BYTES = 10_000_000;
  private static final int SILENCE_SECONDS = 4;

  private final ServerSocket server;
  private final AtomicLong accepted = new AtomicLong();
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * @param port on loopback; 0 for any
   */
  public SiegeServer(int port) {
    try {
      server = new ServerSocket(port, 4096, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  /** How many connections it has accepted. */
  public long accepted() {
    return accepted.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closedOrFull) {
        Thread.onSpinWait();
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        if (head.contains(" /silent ")) {
          beSilent();
          return;
        }
        answer(out, head);
        if (head.contains("ransfer-")) {
          // It does not want to know how the body goes on.
          in.transferTo(OutputStream.nullOutputStream());
        } else {
          in.skipNBytes(length(head));
        }
      }
    } catch (IOException gone) {
      // The proxy has ended the connection.
    }
  }

  /** Holds a connection, and reads nothing that could be a body. */
  private void beSilent() {
    try {
      if (over.await(SILENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(OutputStream out, String head) throws IOException {
    if (head.contains(" /big ")) {
      out.write(
          ("HTTP/1.1 200 OK\r\nContent-Length: " + BIG_BYTES + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] some = new byte[64 * 1024];
      for (int left = BIG_BYTES; left > 0; left -= some.length) {
        out.write(some, 0, Math.min(left, some.length));
      }
    } else {
      out.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static long length(String head) {
    int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
    if (at < 0) {
      return 0;
    }
    int start = at + "content-length: ".length();
    return Long.parseLong(head.substring(start, head.indexOf('\r', start)));
  }

  /** A head with its empty line; empty at the end of the connection. */
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.append((char) b);
      if (b == '\n' && head.length() >= 4 && head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
        return head.toString();
      }
    }
    return "";
  }

  /** Serves on a port until the process is ended: {@code SiegeServer PORT}. */
  public static void main(String[] arguments) throws InterruptedException {
    SiegeServer server = new SiegeServer(Integer.parseInt(arguments[0]));
    server.over.await();
  }

  @Override
  public void close() {
    over.countDown();
    try {
      server.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
