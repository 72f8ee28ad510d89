package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Source;
import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * Tells the source of a request by the operator's variable: 128 bits, however long the text is that
 * they were made of. The bits depend on numbers that this process drew at its start, so nobody can
 * choose texts that are taken for one source.
 */
record SourceKey(long first, long second) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long SEED_1 = RANDOM.nextLong();
  private static final long SEED_2 = RANDOM.nextLong();
  private static final long ODD_1 = RANDOM.nextLong() | 1;
  private static final long ODD_2 = RANDOM.nextLong() | 1;
  private static final int IPV4_LENGTH = 4;
  private static final int NETWORK_LENGTH = 8;

  /** The same for requests of the same source. */
  static SourceKey of(Source variable, ExchangeView exchange) {
    return of(bytes(variable, exchange));
  }

  /** What tells the source; the same at every gateway. */
  static AsciiString bytes(Source variable, ExchangeView exchange) {
    return switch (variable) {
      case Source.ClientIp() -> bytes(exchange.client());
      case Source.RequestHost() -> exchange.request().host();
      case Source.RequestHeader(String name) -> {
        AsciiString value = exchange.request().fields().first(name);
        yield value == null ? AsciiString.EMPTY_STRING : value;
      }
    };
  }

  static SourceKey of(AsciiString text) {
    return of(text.array(), text.arrayOffset(), text.length());
  }

  static SourceKey ofAddress(InetAddress address) {
    return of(bytes(address));
  }

  /**
   * An IPv4 address is a source of its own; of IPv6 one customer has a /64, so that is the source.
   */
  private static AsciiString bytes(InetAddress address) {
    byte[] bytes = address.getAddress();
    int counts = bytes.length == IPV4_LENGTH ? IPV4_LENGTH : NETWORK_LENGTH;
    return new AsciiString(bytes, 0, counts, false);
  }

  private static SourceKey of(byte[] bytes, int from, int length) {
    long first = SEED_1 ^ length;
    long second = SEED_2 ^ length;
    for (int at = 0; at < length; at += Long.BYTES) {
      long word = 0;
      int end = Math.min(length, at + Long.BYTES);
      for (int i = at; i < end; i++) {
        word = word << Byte.SIZE | (bytes[from + i] & 0xff);
      }
      first = mixed(first ^ word, ODD_1);
      second = mixed(second + word, ODD_2);
    }
    return new SourceKey(mixed(first, ODD_2), mixed(second, ODD_1));
  }

  private static long mixed(long bits, long odd) {
    long product = bits * odd;
    return product ^ Math.unsignedMultiplyHigh(bits, odd) ^ bits >>> 32;
  }
}
