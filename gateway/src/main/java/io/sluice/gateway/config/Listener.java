package io.sluice.gateway.config;

import io.netty.util.NetUtil;
import java.util.Locale;

/**
 * A socket that clients connect to: key {@code listeners/<id>}.
 *
 * @param host the address to bind, such as {@code 127.0.0.1}, {@code 0.0.0.0} or {@code ::}
 * @param port the port to bind
 * @param scope a route expression that every request must match, or empty
 * @param isDefault whether frontends that name no listener are reachable here
 */
public record Listener(String id, String host, int port, String scope, boolean isDefault) {
  /** {@code host:port}, with brackets around IPv6. */
  public String address() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  static Listener read(String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    String protocol = json.requiredString("Protocol", "http").toLowerCase(Locale.ROOT);
    if (!protocol.equals("http")) {
      throw json.bad(
          "Protocol", "\"" + protocol + "\"", "http (https is not served by this version)");
    }
    String proxyProtocol = json.string("ProxyProtocol", "").toUpperCase(Locale.ROOT);
    if (!proxyProtocol.isEmpty() && !proxyProtocol.equals("NONE")) {
      throw json.bad(
          "ProxyProtocol",
          "\"" + proxyProtocol + "\"",
          "NONE (the PROXY protocol is not read by this version)");
    }
    String scope = json.string("Scope", "");
    JsonRecord address = json.object("Address");
    String network = address.string("Network", "tcp");
    if (!network.equals("tcp")) {
      throw address.bad("Network", "\"" + network + "\"", "tcp");
    }
    String text = address.requiredString("Address", "host:port");
    address.close();
    JsonRecord settings = json.object("Settings");
    final boolean isDefault = settings.bool("Default", false);
    settings.notActedOn("TLS", "nothing here for a listener of protocol http");
    settings.notActedOn("TrustedProxies", "TrustForwardHeader of the frontends");
    settings.notActedOn("Timeouts", "the defaults");
    settings.notActedOn("Limits", "the defaults");
    settings.notActedOn("HTTP2", "HTTP/1.1");
    settings.close();
    json.close();
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw address.bad("Address", "\"" + text + "\"", "host:port, an IPv6 host in brackets");
    }
    boolean literal =
        host.isEmpty()
            || host.equals("localhost")
            || NetUtil.isValidIpV4Address(host)
            || NetUtil.isValidIpV6Address(host);
    if (!literal) {
      throw address.bad(
          "Address",
          "\"" + text + "\"",
          "an IP address and a port: a name would have to be looked up first");
    }
    int port = Ports.parse(colon < 0 ? "" : text.substring(colon + 1));
    if (port < 0) {
      throw address.bad("Address", "\"" + text + "\"", "host:port with a port from 1 to 65535");
    }
    return new Listener(id, host.isEmpty() ? "0.0.0.0" : host, port, scope, isDefault);
  }
}
