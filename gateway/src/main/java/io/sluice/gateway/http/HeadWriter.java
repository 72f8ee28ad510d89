package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Writes heads and chunk frames in the one canonical form that is sent to both sides. */
public final class HeadWriter {
  /** Room that a chunk's size line takes at most, in bytes. */
  public static final int CHUNK_SIZE_BYTES = 10;

  static final int CRLF = '\r' << 8 | '\n';
  static final int COLON_SPACE = ':' << 8 | ' ';

  private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONNECTION_CLOSE =
      "Connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNKED =
      "Transfer-Encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] STATUS_LINES = new byte[600][];

  private HeadWriter() {}

  /** Room that a request head takes at most, in bytes. */
  public static int lengthOf(RequestHead head) {
    return head.method().length()
        + head.target().length()
        + VERSION.length
        + head.fields().encodedLength()
        + CHUNKED.length
        + 3;
  }

  /**
   * Writes a request line, the fields and the empty line; announces chunks where the framing says
   * so, as the fields must not.
   */
  public static void write(RequestHead head, ByteBuf out) {
    write(head.method(), out);
    out.writeByte(' ');
    write(head.target(), out);
    out.writeBytes(VERSION);
    head.fields().writeTo(out);
    if (head.framing() == Framing.CHUNKED) {
      out.writeBytes(CHUNKED);
    }
    out.writeShort(CRLF);
  }

  /** Room that a response head takes at most, in bytes. */
  public static int lengthOf(ResponseHead head) {
    return 64 + CONNECTION_CLOSE.length + CHUNKED.length + head.fields().encodedLength();
  }

  /**
   * Writes a status line, the fields and the empty line.
   *
   * @param chunked whether to announce chunks; the fields themselves must not
   * @param close whether to announce that the connection ends with this response
   */
  public static void write(ResponseHead head, boolean chunked, boolean close, ByteBuf out) {
    out.writeBytes(statusLine(head.status()));
    head.fields().writeTo(out);
    if (chunked) {
      out.writeBytes(CHUNKED);
    }
    if (close) {
      out.writeBytes(CONNECTION_CLOSE);
    }
    out.writeShort(CRLF);
  }

  /** Writes a chunk's size line, of at most {@link #CHUNK_SIZE_BYTES} bytes. */
  public static void writeChunkSize(int size, ByteBuf out) {
    int shift = 28;
    while (shift > 0 && size >>> shift == 0) {
      shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
      out.writeByte(HEX[size >>> shift & 0xf]);
    }
    out.writeShort(CRLF);
  }

  public static void writeLineEnd(ByteBuf out) {
    out.writeShort(CRLF);
  }

  /** Room that the end of a chunked body takes at most, in bytes. */
  public static int lengthOfChunkedEnd(Fields trailers) {
    return LAST_CHUNK.length + trailers.encodedLength() + 2;
  }

  /** Writes the last chunk, the trailers and the empty line. */
  public static void writeChunkedEnd(Fields trailers, ByteBuf out) {
    out.writeBytes(LAST_CHUNK);
    trailers.writeTo(out);
    out.writeShort(CRLF);
  }

  private static void write(AsciiString text, ByteBuf out) {
    out.writeBytes(text.array(), text.arrayOffset(), text.length());
  }

  private static byte[] statusLine(int status) {
    byte[] line = STATUS_LINES[status];
    if (line == null) {
      line =
          ("HTTP/1.1 " + status + " " + StatusText.of(status) + "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      STATUS_LINES[status] = line;
    }
    return line;
  }
}
