package io.sluice.gateway.testbed;

import io.sluice.testkit.Patience;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One end of a raw HTTP/1 connection, byte by byte, for tests on either side. Blocking. */
public final class Wire implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  public Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(Patience.MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = socket.getOutputStream();
  }

  public static Wire connect(int port) {
    try {
      return new Wire(new Socket(InetAddress.getLoopbackAddress(), port));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A connection whose receive buffer is small, so that it fills soon. */
  public static Wire connectNarrow(int port) {
    try {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(16 * 1024);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return new Wire(socket);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Sends text as it stands, in ISO 8859-1. */
  public void send(String text) {
    send(text.getBytes(StandardCharsets.ISO_8859_1), text.length());
  }

  public void send(byte[] bytes, int length) {
    try {
      out.write(bytes, 0, length);
      out.flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A response or request: its head as text and its body. */
  public record Message(String head, byte[] content, String trailers) {
    public String body() {
      return new String(content, StandardCharsets.ISO_8859_1);
    }

    public int status() {
      return Integer.parseInt(head.substring(9, 12));
    }

    /** The value of the first header of this name, or null. */
    public String header(String name) {
      return Wire.header(head, name);
    }

    public boolean closes() {
      return "close".equalsIgnoreCase(header("Connection"));
    }
  }

  /** Reads a head up to and without its empty line; null at a clean end. */
  public String head() {
    try {
      StringBuilder head = new StringBuilder();
      while (true) {
        int b = in.read();
        if (b < 0) {
          if (head.isEmpty()) {
            return null;
          }
          throw new EOFException("the connection ended within a head: " + head);
        }
        head.append((char) b);
        int length = head.length();
        if (b == '\n' && length >= 4 && head.substring(length - 4).equals("\r\n\r\n")) {
          return head.substring(0, length - 4);
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Reads a whole message: a request, or a response to a request that was not HEAD. Null at a clean
   * end.
   */
  public Message message() {
    String head = head();
    if (head == null) {
      return null;
    }
    String length = header(head, "Content-Length");
    if ("chunked".equalsIgnoreCase(header(head, "Transfer-Encoding"))) {
      return chunked(head);
    }
    boolean response = head.startsWith("HTTP/");
    boolean bodiless =
        response
            && (head.startsWith("204", 9) || head.startsWith("304", 9) || head.charAt(9) == '1');
    if (length != null && !bodiless) {
      return new Message(head, bytes(Integer.parseInt(length)), "");
    }
    return new Message(head, response && !bodiless ? toEnd() : new byte[0], "");
  }

  private Message chunked(String head) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line().split(";")[0], 16);
      if (size == 0) {
        StringBuilder trailers = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
          trailers.append(line).append('\n');
        }
        return new Message(head, content.toByteArray(), trailers.toString());
      }
      content.writeBytes(bytes(size));
      line();
    }
  }

  public String line() {
    try {
      StringBuilder line = new StringBuilder();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          throw new EOFException("the connection ended within a line: " + line);
        }
        line.append((char) b);
      }
      return line.substring(0, line.length() - 1);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public byte[] bytes(int count) {
    try {
      byte[] bytes = in.readNBytes(count);
      if (bytes.length < count) {
        throw new EOFException("found " + bytes.length + " bytes, expected " + count);
      }
      return bytes;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Reads at most so many bytes into the buffer; -1 at the end. */
  public int some(byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public byte[] toEnd() {
    try {
      return in.readAllBytes();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Whether the peer has ended the connection, after whatever it still sends. */
  public boolean ends() {
    try {
      while (in.read() >= 0) {
        continue;
      }
      return true;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** What was said until the connection ended, with a reset also, or fell silent. */
  public record Rest(byte[] said, boolean ended) {}

  /** Reads until the end, or until nothing has come for so long. */
  public Rest rest(int silenceMillis) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    byte[] some = new byte[64 * 1024];
    try {
      socket.setSoTimeout(silenceMillis);
      for (int count = in.read(some); count >= 0; count = in.read(some)) {
        said.write(some, 0, count);
      }
      return new Rest(said.toByteArray(), true);
    } catch (java.net.SocketTimeoutException silent) {
      return new Rest(said.toByteArray(), false);
    } catch (IOException reset) {
      return new Rest(said.toByteArray(), true);
    }
  }

  /** Whether a byte arrives within the time. */
  public boolean hears(int millis) {
    try {
      socket.setSoTimeout(millis);
      in.mark(1);
      boolean heard = in.read() >= 0;
      in.reset();
      return heard;
    } catch (java.net.SocketTimeoutException silent) {
      return false;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      try {
        socket.setSoTimeout(Patience.MILLIS);
      } catch (IOException closed) {
        // The next read says so.
      }
    }
  }

  /** Says that nothing more comes from here, and goes on reading. */
  public void endOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Ends the connection with a reset. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public static String header(String head, String name) {
    for (String line : head.split("\r\n")) {
      if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return null;
  }
}
