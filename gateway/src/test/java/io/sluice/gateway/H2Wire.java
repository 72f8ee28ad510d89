package io.sluice.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A client that writes HTTP/2 frames by hand, right or wrong. Blocking. */
final class H2Wire implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  /** One frame of the gateway's. */
  record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error code of a GOAWAY or RST_STREAM. */
    int code() {
      int at = type == GOAWAY ? 4 : 0;
      return (payload[at] & 0xff) << 24
          | (payload[at + 1] & 0xff) << 16
          | (payload[at + 2] & 0xff) << 8
          | payload[at + 3] & 0xff;
    }
  }

  private final Wire wire;

  H2Wire(int port) {
    wire = Wire.connect(port);
    wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  void frame(int type, int flags, int stream, byte[] payload) {
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
    wire.send(frame, frame.length);
  }

  /** A header section of literal fields: names and values by turns. */
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
        out.write(left & 0x7f | 0x80);
      }
      out.write(left);
    }
    out.writeBytes(bytes);
  }

  static byte[] get(String path) {
    return section(":method", "GET", ":scheme", "http", ":path", path, ":authority", "a");
  }

  /** The next frame of this type, or null when the connection ends before it comes. */
  Frame next(int type) {
    return next(type, -1);
  }

  /** The next frame that ends things, or null when the connection ends without one. */
  Frame ending() {
    return next(GOAWAY, RST_STREAM);
  }

  private Frame next(int type, int orType) {
    try {
      while (true) {
        byte[] head = wire.bytes(9);
        if (head.length < 9) {
          return null;
        }
        int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
        byte[] payload = length == 0 ? new byte[0] : wire.bytes(length);
        int stream =
            (head[5] & 0x7f) << 24
                | (head[6] & 0xff) << 16
                | (head[7] & 0xff) << 8
                | head[8] & 0xff;
        if (head[3] == type || head[3] == orType) {
          return new Frame(head[3], head[4], stream, payload);
        }
      }
    } catch (java.io.UncheckedIOException ended) {
      return null;
    }
  }

  @Override
  public void close() {
    wire.close();
  }
}
