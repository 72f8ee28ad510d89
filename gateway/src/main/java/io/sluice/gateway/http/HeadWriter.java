package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes heads and chunk frames in the one canonical form that is sent to both sides.
 *
 * <p>A head is put together in an array and copied to the connection's buffer in one go, since each
 * of its some forty pieces would cost a look at the buffer's bounds. One for each event loop, which
 * alone uses it: encode, then {@link #copyTo} before the next.
 */
public final class HeadWriter {
  /** Room that a chunk's size line takes at most, in bytes. */
  public static final int CHUNK_SIZE_BYTES = 10;

  private static final int CRLF = '\r' << 8 | '\n';
  private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONNECTION_CLOSE =
      "Connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNKED =
      "Transfer-Encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] STATUS_LINES = new byte[600][];

  private byte[] bytes = new byte[1024];
  private int length;

  /**
   * Encodes a request line, the fields and the empty line; announces chunks where the framing says
   * so, as the fields must not.
   */
  public void encode(RequestHead head) {
    length = 0;
    AsciiString method = head.method();
    AsciiString target = head.target();
    put(method.array(), method.arrayOffset(), method.length());
    put(' ');
    put(target.array(), target.arrayOffset(), target.length());
    put(VERSION);
    head.fields().writeTo(this);
    if (head.framing() == Framing.CHUNKED) {
      put(CHUNKED);
    }
    putLineEnd();
  }

  /**
   * Encodes a status line, the fields and the empty line.
   *
   * @param chunked whether to announce chunks; the fields themselves must not
   * @param close whether to announce that the connection ends with this response
   */
  public void encode(ResponseHead head, boolean chunked, boolean close) {
    length = 0;
    put(statusLine(head.status()));
    head.fields().writeTo(this);
    if (chunked) {
      put(CHUNKED);
    }
    if (close) {
      put(CONNECTION_CLOSE);
    }
    putLineEnd();
  }

  /** Encodes the last chunk, the trailers and the empty line. */
  public void encodeChunkedEnd(Fields trailers) {
    length = 0;
    put(LAST_CHUNK);
    trailers.writeTo(this);
    putLineEnd();
  }

  /** Takes a piece of a body as it is; the caller releases it. */
  public void encode(ByteBuf piece) {
    length = 0;
    int count = piece.readableBytes();
    reserve(count);
    piece.getBytes(piece.readerIndex(), bytes, 0, count);
    length = count;
  }

  /** The bytes that were encoded last. */
  public int length() {
    return length;
  }

  /** Appends what was encoded last. */
  public void copyTo(ByteBuf out) {
    out.writeBytes(bytes, 0, length);
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
    writeLineEnd(out);
  }

  public static void writeLineEnd(ByteBuf out) {
    out.writeShort(CRLF);
  }

  void put(byte[] source, int from, int count) {
    reserve(count);
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  void putColon() {
    reserve(2);
    bytes[length++] = ':';
    bytes[length++] = ' ';
  }

  void putLineEnd() {
    reserve(2);
    bytes[length++] = '\r';
    bytes[length++] = '\n';
  }

  private void put(byte[] source) {
    put(source, 0, source.length);
  }

  private void put(char c) {
    reserve(1);
    bytes[length++] = (byte) c;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
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
