package io.sluice.gateway.upstream;

import io.sluice.gateway.tls.ClientTls;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What makes an endpoint the same one across changes: where it is and how it is spoken to. Not its
 * weight, its timeouts or its name.
 *
 * @param host name or address, IPv6 without brackets
 * @param multiplexed in clear: HTTP/2 by prior knowledge; over TLS: whether HTTP/2 is offered
 * @param tls null in clear
 */
public record EndpointKey(String host, int port, boolean multiplexed, @Nullable ClientTls tls)
    implements Comparable<EndpointKey> {
  private static final Comparator<EndpointKey> ORDER =
      Comparator.comparing(EndpointKey::host)
          .thenComparingInt(EndpointKey::port)
          .thenComparing(EndpointKey::multiplexed);

  /** HTTP/1.1 in clear. */
  public EndpointKey(String host, int port) {
    this(host, port, false, null);
  }

  /** {@code host:port}, as a Host header has it: without the port where it is the scheme's own. */
  public String authority() {
    return port == (tls == null ? 80 : 443) ? name() : name() + ":" + port;
  }

  @Override
  public int compareTo(EndpointKey other) {
    return ORDER.compare(this, other);
  }

  private String name() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  @Override
  public String toString() {
    return name() + ":" + port;
  }
}
