package io.sluice.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the attackers of one {@link Assault} stand: many connections to one port on loopback, each
 * on a thread of its own, until the time is over. Whatever the other side does to a connection is
 * its right, so nothing that fails here is reported.
 */
public final class Camp implements AutoCloseable {
  /** What one attacker does on its connection; it begins anew when it has returned. */
  interface Attacker {
    void attack(Socket socket) throws IOException;
  }

  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();

  /**
   * @param port of the gateway's listener, on loopback
   */
  public Camp(int port) {
    this.port = port;
  }

  /** Bytes that all attackers have sent. */
  public long sentBytes() {
    return sent.get();
  }

  /** Connections that were opened. */
  public long connections() {
    return connections.get();
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  /** So many attackers at once, each of which comes back when it is thrown out. */
  void attackers(int count, Attacker attacker) {
    for (int i = 0; i < count; i++) {
      Thread.ofVirtual().start(() -> campaign(attacker));
    }
  }

  private void campaign(Attacker attacker) {
    while (!isOver()) {
      try (Socket socket = new Socket()) {
        open.add(socket);
        try {
          socket.setReceiveBufferSize(16 * 1024);
          socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 3_000);
          connections.incrementAndGet();
          attacker.attack(socket);
        } finally {
          open.remove(socket);
        }
      } catch (IOException thrownOut) {
        rest(50);
      }
    }
  }

  /** Waits, at most until the assault is over. */
  void rest(long millis) {
    try {
      if (over.await(millis, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Holds a connection open without reading, until the other side ends it or the time is over. */
  void hold(Socket socket) throws IOException {
    while (!isOver() && !socket.isClosed()) {
      rest(200);
      socket.getOutputStream().flush();
    }
  }

  /** Reads until the other side ends the connection, or the time is over. */
  void holdReading(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] some = new byte[8 * 1024];
    while (!isOver() && in.read(some) >= 0) {
      // What it says does not matter.
    }
  }

  void send(Socket socket, String text) throws IOException {
    send(socket, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void send(Socket socket, byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes);
    out.flush();
    sent.addAndGet(bytes.length);
  }

  /** The beginning of an HTTP/2 connection whose streams have a window of so many bytes. */
  void beginHttp2(Socket socket, int window) throws IOException {
    send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    byte[] setting = {
      0, 4, (byte) (window >>> 24), (byte) (window >>> 16), (byte) (window >>> 8), (byte) window
    };
    send(socket, frame(4, 0, 0, setting));
  }

  /** One HTTP/2 frame (RFC 9113 section 4.1). */
  static byte[] frame(int type, int flags, int stream, byte... payload) {
    byte[] frame = new byte[9 + payload.length];
    frame[0] = (byte) (payload.length >>> 16);
    frame[1] = (byte) (payload.length >>> 8);
    frame[2] = (byte) payload.length;
    frame[3] = (byte) type;
    frame[4] = (byte) flags;
    frame[5] = (byte) (stream >>> 24);
    frame[6] = (byte) (stream >>> 16);
    frame[7] = (byte) (stream >>> 8);
    frame[8] = (byte) stream;
    System.arraycopy(payload, 0, frame, 9, payload.length);
    return frame;
  }

  /** A header section of literal fields (RFC 7541 section 6.2.2): names and values by turns. */
  static byte[] section(String... fields) {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      section.write(0);
      literal(section, fields[i]);
      literal(section, fields[i + 1]);
    }
    return section.toByteArray();
  }

  private static void literal(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int left = bytes.length;
    if (left < 127) {
      out.write(left);
    } else {
      out.write(127);
      for (left -= 127; left >= 128; left >>>= 7) {
        out.write((left & 0x7f) | 0x80);
      }
      out.write(left);
    }
    out.writeBytes(bytes);
  }

  static byte[] times(int count, byte[] what) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(count * what.length);
    for (int i = 0; i < count; i++) {
      all.writeBytes(what);
    }
    return all.toByteArray();
  }

  /** Leads an assault for a time, and ends it. */
  public static Camp lead(Assault assault, int port, Duration time, Runnable meanwhile) {
    try (Camp camp = new Camp(port)) {
      assault.lead(camp);
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() - end < 0) {
        meanwhile.run();
      }
      return camp;
    }
  }

  @Override
  public void close() {
    over.countDown();
    open.forEach(Camp::end);
  }

  private static void end(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException gone) {
      // It is at its end, which is what was wanted.
    }
  }
}
