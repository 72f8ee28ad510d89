package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The header with which a proxy says whose connection it passes on: HAProxy's PROXY protocol,
 * version 1 (one line of text) and version 2 (binary).
 */
public final class ProxyHeaderReader {
  /**
   * What the header says.
   *
   * @param client null where the proxy speaks for itself, or knows no address
   */
  public record Result(@Nullable InetAddress client) {}

  static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_LINE = 107;
  private static final int FIXED = 16;
  private static final int MAX_LENGTH = 2 * 1024;

  private ProxyHeaderReader() {}

  /**
   * Takes one header off the front.
   *
   * @return null while more bytes are needed
   * @throws ProxyError {@link Reason#BAD_PROXY_HEADER} when it can become none
   */
  public static @Nullable Result read(ByteBuf in) {
    if (!in.isReadable()) {
      return null;
    }
    return in.getByte(in.readerIndex()) == SIGNATURE[0] ? binary(in) : text(in);
  }

  private static @Nullable Result text(ByteBuf in) {
    expect(in, TEXT);
    int length = in.bytesBefore(Math.min(in.readableBytes(), MAX_LINE), Ascii.LF);
    if (length < 0) {
      if (in.readableBytes() >= MAX_LINE) {
        throw Reason.BAD_PROXY_HEADER.error();
      }
      return null;
    }
    String line = in.readCharSequence(length + 1, StandardCharsets.US_ASCII).toString();
    if (!line.endsWith("\r\n")) {
      throw Reason.BAD_PROXY_HEADER.error();
    }
    String[] parts = line.substring(0, line.length() - 2).split(" ", -1);
    if (parts[1].equals("UNKNOWN")) {
      return new Result(null);
    }
    boolean shaped =
        parts.length == 6
            && (parts[1].equals("TCP4") ? isV4(parts[2], parts[3]) : isV6(parts))
            && isPort(parts[4])
            && isPort(parts[5]);
    if (!shaped) {
      throw Reason.BAD_PROXY_HEADER.error();
    }
    return new Result(address(NetUtil.createByteArrayFromIpAddressString(parts[2])));
  }

  private static boolean isV4(String source, String target) {
    return NetUtil.isValidIpV4Address(source) && NetUtil.isValidIpV4Address(target);
  }

  private static boolean isV6(String[] parts) {
    return parts[1].equals("TCP6")
        && NetUtil.isValidIpV6Address(parts[2])
        && NetUtil.isValidIpV6Address(parts[3]);
  }

  private static boolean isPort(String text) {
    return text.matches("0|[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65535;
  }

  private static @Nullable Result binary(ByteBuf in) {
    expect(in, SIGNATURE);
    if (in.readableBytes() < FIXED) {
      return null;
    }
    int start = in.readerIndex();
    int version = in.getUnsignedByte(start + 12) >>> 4;
    int command = in.getUnsignedByte(start + 12) & 0xf;
    int family = in.getUnsignedByte(start + 13) >>> 4;
    int length = in.getUnsignedShort(start + 14);
    if (version != 2 || command > 1 || family > 3 || length > MAX_LENGTH) {
      throw Reason.BAD_PROXY_HEADER.error();
    }
    if (in.readableBytes() < FIXED + length) {
      return null;
    }
    in.skipBytes(FIXED);
    int addressLength = family == 1 ? 4 : family == 2 ? 16 : 0;
    if (addressLength > 0 && length < 2 * addressLength + 4) {
      throw Reason.BAD_PROXY_HEADER.error();
    }
    byte[] source = new byte[addressLength];
    in.getBytes(in.readerIndex(), source);
    in.skipBytes(length);
    // LOCAL is the proxy's own, for its health checks; UNIX sockets have no address.
    return new Result(command == 0 || addressLength == 0 ? null : address(source));
  }

  /** Refuses as soon as what is there cannot begin like this. */
  private static void expect(ByteBuf in, byte[] start) {
    int most = Math.min(in.readableBytes(), start.length);
    for (int i = 0; i < most; i++) {
      if (in.getByte(in.readerIndex() + i) != start[i]) {
        throw Reason.BAD_PROXY_HEADER.error();
      }
    }
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException wrongLength) {
      throw new IllegalStateException(wrongLength);
    }
  }
}
