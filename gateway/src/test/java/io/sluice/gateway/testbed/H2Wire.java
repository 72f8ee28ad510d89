package io.sluice.gateway.testbed;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A client that writes HTTP/2 frames by hand, right or wrong. Blocking. */
public final class H2Wire implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;
  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  /** One frame of the gateway's. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error code of a GOAWAY or RST_STREAM. */
    public int code() {
      int at = type == GOAWAY ? 4 : 0;
      return (payload[at] & 0xff) << 24
          | (payload[at + 1] & 0xff) << 16
          | (payload[at + 2] & 0xff) << 8
          | payload[at + 3] & 0xff;
    }
  }

  private final Wire wire;
  private final boolean isServer;

  /** Whether it confirms what the other side says it takes: not before it has said so itself. */
  private boolean agrees;

  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  public H2Wire(int port) {
    this(Wire.connect(port), false);
    wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    settings();
  }

  private H2Wire(Wire wire, boolean isServer) {
    this.wire = wire;
    this.isServer = isServer;
  }

  /** The client's end of a connection on which the preface was sent. */
  public static H2Wire begun(Wire wire) {
    H2Wire client = new H2Wire(wire, false);
    client.settings();
    return client;
  }

  /**
   * The server's end of a connection on which the gateway speaks first.
   *
   * @param settings pairs of an identifier and a value
   */
  public static H2Wire serving(Wire wire, int... settings) {
    H2Wire server = accepting(wire);
    server.settings(settings);
    return server;
  }

  /** The same, before it has sent its settings. */
  public static H2Wire accepting(Wire wire) {
    wire.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
    return new H2Wire(wire, true);
  }

  public void settings(int... settings) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    for (int i = 0; i < settings.length; i += 2) {
      payload.write(settings[i] >>> 8);
      payload.write(settings[i]);
      payload.writeBytes(number(settings[i + 1]));
    }
    frame(SETTINGS, 0, 0, payload.toByteArray());
    agrees = isServer;
  }

  public static byte[] number(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  /** The header section of a HEADERS frame, a line for each field; one decoder a connection. */
  public String fields(Frame headers) {
    try {
      StringBuilder text = new StringBuilder();
      decoder
          .decodeHeaders(headers.stream(), Unpooled.wrappedBuffer(headers.payload()))
          .forEach(
              field ->
                  text.append(field.getKey()).append(": ").append(field.getValue()).append('\n'));
      return text.toString();
    } catch (Http2Exception malformed) {
      throw new AssertionError(malformed);
    }
  }

  public void headers(int stream, boolean ends, String... fields) {
    frame(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, section(fields));
  }

  public void data(int stream, boolean ends, byte[] payload) {
    frame(DATA, ends ? END_STREAM : 0, stream, payload);
  }

  public void frame(int type, int flags, int stream, byte[] payload) {
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
  public static byte[] section(String... fields) {
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

  public static byte[] get(String path) {
    return section(":method", "GET", ":scheme", "http", ":path", path, ":authority", "a");
  }

  /** The next frame of this type, or null when the connection ends before it comes. */
  public Frame next(int type) {
    return next(type, -1);
  }

  /** The next frame that ends things, or null when the connection ends without one. */
  public Frame ending() {
    return next(GOAWAY, RST_STREAM);
  }

  /** The next frame of any type, or null when the connection ends before it comes. */
  public Frame any() {
    return next(-2, -2);
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
        if (agrees && head[3] == SETTINGS && head[4] == 0) {
          frame(SETTINGS, 1, 0, new byte[0]);
        }
        if (head[3] == type || head[3] == orType || type == -2) {
          return new Frame(head[3], head[4], stream, payload);
        }
      }
    } catch (java.io.UncheckedIOException ended) {
      return null;
    }
  }

  /** Whether nothing at all comes for so long but what keeps a connection going. */
  public boolean isSilent(int millis) {
    long until = System.nanoTime() + millis * 1_000_000L;
    for (long left = millis; left > 0; left = (until - System.nanoTime()) / 1_000_000) {
      if (wire.hears((int) left)) {
        Frame frame = any();
        boolean keeps =
            frame != null
                && (frame.type() == SETTINGS
                    || frame.type() == PING
                    || frame.type() == WINDOW_UPDATE);
        if (!keeps) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    wire.close();
  }
}
