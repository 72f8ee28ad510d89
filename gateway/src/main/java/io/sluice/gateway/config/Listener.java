package io.sluice.gateway.config;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A socket that clients connect to: key {@code listeners/<id>}.
 *
 * @param host the address to bind, such as {@code 127.0.0.1}, {@code 0.0.0.0} or {@code ::}
 * @param port the port to bind
 * @param scope a route expression that every request must match, or empty
 * @param isDefault whether frontends that name no listener are reachable here
 * @param tls how clients are met over TLS; null for plain HTTP
 * @param proxyProtocol whether connections begin with a PROXY header
 * @param trustedProxies whose word on the client's address is taken
 * @param timeouts how long a client may take
 * @param limits how much a client may ask for
 * @param encodedSlashes whether a path with an encoded slash is served
 * @param forwarded whether servers get a Forwarded header (RFC 7239)
 * @param gateways the ids of the gateways that bind it, where {@code *} stands for any characters;
 *     empty for all
 */
public record Listener(
    String id,
    String host,
    int port,
    String scope,
    boolean isDefault,
    @Nullable ListenerTls tls,
    ProxyProtocol proxyProtocol,
    List<Cidr> trustedProxies,
    boolean forwarded,
    ClientTimeouts timeouts,
    ClientLimits limits,
    Slashes encodedSlashes,
    List<String> gateways) {
  private static final Pattern GATEWAY = Pattern.compile("[A-Za-z0-9._*-]{1,128}");

  /** What is done with a path that holds an encoded slash. */
  public enum Slashes {
    KEEP,
    REJECT
  }

  /** Whether connections begin with a header that names the client. */
  public enum ProxyProtocol {
    NONE,
    /** Version 1 or 2, whichever comes. */
    PROXY_V1,
    PROXY_V2
  }

  /** {@code host:port}, with brackets around IPv6. */
  public String address() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** Whether a gateway binds it. */
  public boolean isFor(String gateway) {
    return gateways.isEmpty() || gateways.stream().anyMatch(each -> matches(each, gateway));
  }

  /** Whether a gateway may bind both; true also where that is hard to tell. */
  public boolean mayMeet(Listener other) {
    return gateways.isEmpty()
        || other.gateways.isEmpty()
        || gateways.stream()
            .anyMatch(
                mine ->
                    other.gateways.stream()
                        .anyMatch(
                            theirs ->
                                matches(mine, theirs)
                                    || matches(theirs, mine)
                                    || (mine.contains("*") && theirs.contains("*"))));
  }

  private static boolean matches(String pattern, String gateway) {
    return gateway.matches(
        Arrays.stream(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }

  static Listener read(String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    String protocol = json.requiredString("Protocol", "http").toLowerCase(Locale.ROOT);
    if (!protocol.equals("http") && !protocol.equals("https")) {
      throw json.bad("Protocol", "\"" + protocol + "\"", "http or https");
    }
    final ProxyProtocol proxyProtocol = json.choice("ProxyProtocol", ProxyProtocol.NONE);
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
    final ListenerTls tls =
        settings.has("TLS") ? ListenerTls.read(settings.object("TLS")) : ListenerTls.DEFAULT;
    final boolean forwarded = settings.bool("Forwarded", false);
    final List<Cidr> trusted = Cidr.read(settings, "TrustedProxies");
    final ClientTimeouts timeouts = ClientTimeouts.read(settings.object("Timeouts"));
    final ClientLimits limits =
        ClientLimits.read(settings.object("Limits"), settings.object("HTTP2"));
    final Slashes slashes = settings.choice("EncodedSlashes", Slashes.KEEP);
    final List<String> gateways = json.strings("Gateways");
    for (String gateway : gateways) {
      if (!GATEWAY.matcher(gateway).matches()) {
        throw json.bad(
            "Gateways", "\"" + gateway + "\"", "the id of a gateway, or a pattern such as eu-*");
      }
    }
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
    if (proxyProtocol != ProxyProtocol.NONE && trusted.isEmpty()) {
      throw settings.bad(
          "TrustedProxies",
          "nothing, with a ProxyProtocol",
          "the addresses of the proxies in front, such as [\"10.0.0.0/8\"]");
    }
    return new Listener(
        id,
        host.isEmpty() ? "0.0.0.0" : host,
        port,
        scope,
        isDefault,
        protocol.equals("https") ? tls : null,
        proxyProtocol,
        trusted,
        forwarded,
        timeouts,
        limits,
        slashes,
        gateways);
  }
}
