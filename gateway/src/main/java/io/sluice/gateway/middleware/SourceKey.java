package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Middleware.Variable;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Tells the source of a request by the operator's variable. */
final class SourceKey {
  private static final int IPV4_LENGTH = 4;

  private SourceKey() {}

  /** A small value with equality: the same for requests of the same source. */
  static Object of(Variable variable, ExchangeView exchange) {
    return switch (variable) {
      case Variable.ClientIp() -> ofAddress(exchange.client());
      case Variable.RequestHost() -> exchange.request().host().toString();
      case Variable.RequestHeader(String name) -> {
        AsciiString value = exchange.request().fields().first(name);
        yield value == null ? "" : value.toString();
      }
    };
  }

  /**
   * An IPv4 address is a source of its own; of IPv6 one customer has a /64, so that is the source.
   */
  private static Object ofAddress(InetAddress address) {
    byte[] bytes = address.getAddress();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return bytes.length == IPV4_LENGTH ? (Object) buffer.getInt() : (Object) buffer.getLong();
  }
}
