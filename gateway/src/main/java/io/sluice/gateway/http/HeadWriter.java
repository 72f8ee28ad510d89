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
  private static final byte[] CONNECTION_UPGRADE =
      "Connection: Upgrade\r\nUpgrade: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONNECTION_TE =
      "TE: trailers\r\nConnection: TE\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HOST = "Host: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_BODY = "Content-Length: 0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNKED =
      "Transfer-Encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int STATUSES = 600;
  private static final byte[][] STATUS_LINES = new byte[STATUSES][];

  static {
    // Whole before any event loop can see it: they all share it.
    for (int status = 0; status < STATUSES; status++) {
      STATUS_LINES[status] =
          ("HTTP/1.1 " + status + " " + StatusText.of(status) + "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
    }
  }

  private byte[] bytes = new byte[1024];
  private int length;

  /**
   * Encodes a request line, Host (first, as RFC 9110 section 7.2 wants it), the fields, what this
   * connection needs, and the empty line.
   *
   * @param authority of the server, which is its Host unless the request has one
   */
  public void encode(UpstreamRequest request, AsciiString authority) {
    length = 0;
    put(request.method());
    put(' ');
    put(request.target());
    put(VERSION);
    put(HOST);
    put(request.hostAt(authority));
    putLineEnd();
    request.fields().writeTo(this);
    AsciiString upgrade = request.upgrade();
    if (!upgrade.isEmpty()) {
      put(CONNECTION_UPGRADE);
      put(upgrade);
      putLineEnd();
    } else if (request.takesTrailers()) {
      // A server of HTTP/1.1 has to be told that TE belongs to this hop (RFC 9110 section 10.1.4).
      put(CONNECTION_TE);
    }
    if (request.framing() == Framing.CHUNKED) {
      put(CHUNKED);
    } else if (request.saysNoBody()) {
      put(NO_BODY);
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
    put(STATUS_LINES[head.status()]);
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

  private void put(AsciiString text) {
    put(text.array(), text.arrayOffset(), text.length());
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
}
