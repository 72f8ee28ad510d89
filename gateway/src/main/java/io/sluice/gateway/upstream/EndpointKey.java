package io.sluice.gateway.upstream;

/**
 * What makes an endpoint the same one across changes: where it is. Not its weight, its timeouts or
 * its name.
 *
 * @param host name or address, IPv6 without brackets
 */
public record EndpointKey(String host, int port) implements Comparable<EndpointKey> {
  /** {@code host:port}, as a Host header has it: without the port where it is 80. */
  public String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == 80 ? name : name + ":" + port;
  }

  @Override
  public int compareTo(EndpointKey other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
