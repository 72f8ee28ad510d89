package io.sluice.gateway.wire;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import io.sluice.gateway.memory.Bounded;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends lines to a syslog, from a thread of its own that ends when there is nothing to send. Nobody
 * waits for it: what does not fit is dropped and counted. Any thread.
 */
public abstract class Syslog {
  private static final Logger LOG = LoggerFactory.getLogger(Syslog.class);
  private static final int MOST_WAITING = 1_024;
  private static final int MOST_BYTES = 60 * 1_024;
  private static final long IDLE_SECONDS = 10;
  private static final int CONNECT_MILLIS = 1_000;

  @Bounded("a thousand lines")
  private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

  /** What is open to it. */
  interface Way {
    void write(byte[] line) throws IOException;

    void close() throws IOException;
  }

  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean told = new AtomicBoolean();

  /** The sender's own, while it runs. */
  private @Nullable Way way;

  /** One datagram for each line. */
  public static Syslog udp(String host, int port) {
    return new Udp(host, port);
  }

  /** A connection, with a line end behind each line (RFC 6587 section 3.4.2). */
  public static Syslog tcp(String host, int port) {
    return new Tcp(host, port);
  }

  /** One datagram for each line, to a socket of this machine. */
  public static Syslog unix(String path) {
    return new Unix(path);
  }

  /**
   * Sends a line, soon.
   *
   * @return whether there was room
   */
  public boolean send(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    boolean room = bytes.length <= MOST_BYTES && waiting.offer(bytes);
    if (room && running.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("sluice-syslog").start(this::run);
    }
    return room;
  }

  private void run() {
    try {
      for (byte[] line = next(); line != null; line = next()) {
        try {
          way = way == null ? open() : way;
          way.write(line);
          told.set(false);
        } catch (IOException | RuntimeException lost) {
          close();
          if (told.compareAndSet(false, true)) {
            LOG.warn(
                "trace: {} cannot be reached, its lines are lost: {}", this, lost.getMessage());
          }
        }
      }
    } finally {
      close();
      running.set(false);
    }
    if (!waiting.isEmpty() && running.compareAndSet(false, true)) {
      run();
    }
  }

  private byte @Nullable [] next() {
    try {
      return waiting.poll(IDLE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException ending) {
      return null;
    }
  }

  /** Opens a way to it, if there is one now. */
  abstract Way open() throws IOException;

  private void close() {
    try {
      if (way != null) {
        way.close();
      }
    } catch (IOException gone) {
      LOG.debug("{}", this, gone);
    }
    way = null;
  }

  private static final class Udp extends Syslog {
    private final String host;
    private final int port;

    Udp(String host, int port) {
      this.host = host;
      this.port = port;
    }

    @Override
    Way open() throws IOException {
      DatagramSocket socket = new DatagramSocket();
      return new Way() {
        @Override
        public void write(byte[] line) throws IOException {
          // Looked up each time: a name may move.
          InetSocketAddress address = new InetSocketAddress(host, port);
          if (address.isUnresolved()) {
            throw new UnknownHostException(host);
          }
          socket.send(new DatagramPacket(line, line.length, address));
        }

        @Override
        public void close() {
          socket.close();
        }
      };
    }

    @Override
    public String toString() {
      return "syslog://" + host + ":" + port;
    }
  }

  private static final class Tcp extends Syslog {
    private final String host;
    private final int port;

    Tcp(String host, int port) {
      this.host = host;
      this.port = port;
    }

    @Override
    Way open() throws IOException {
      java.net.Socket socket = new java.net.Socket();
      try {
        socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      } catch (IOException refused) {
        socket.close();
        throw refused;
      }
      return new Way() {
        @Override
        public void write(byte[] line) throws IOException {
          socket.getOutputStream().write(line);
        }

        @Override
        public void close() throws IOException {
          socket.close();
        }
      };
    }

    @Override
    public String toString() {
      return "syslog+tcp://" + host + ":" + port;
    }
  }

  private static final class Unix extends Syslog {
    private final String path;

    Unix(String path) {
      this.path = path;
    }

    @Override
    Way open() throws IOException {
      if (!Epoll.isAvailable()) {
        throw new IOException("sockets of the machine are reached by epoll, which is not here");
      }
      Socket socket = Socket.newSocketDomainDgram();
      byte[] to = path.getBytes(StandardCharsets.UTF_8);
      return new Way() {
        @Override
        public void write(byte[] line) throws IOException {
          ByteBuffer buffer = ByteBuffer.allocateDirect(line.length).put(line).flip();
          int sent = socket.sendToDomainSocket(buffer, 0, line.length, to);
          if (sent != line.length) {
            throw new IOException("sent " + sent + " of " + line.length + " bytes");
          }
        }

        @Override
        public void close() throws IOException {
          socket.close();
        }
      };
    }

    @Override
    public String toString() {
      return "syslog://" + path;
    }
  }
}
