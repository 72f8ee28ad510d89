package io.sluice.gtin.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By which address a client came: what the gateway says that it was, else what the request says
 * itself. Only what has the form of a host is believed.
 *
 * @param scheme http or https
 * @param host a name or an address, in lower case; an IPv6 address in its brackets
 * @param port after the host, or -1 for the scheme's own
 */
record Authority(String scheme, String host, int port) {
  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::(\\d{1,5}))?");
  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[.*]");

  /** Null where neither the gateway nor the request names a host that is one. */
  static @Nullable Authority of(HttpServerRequest request) {
    String scheme = "https".equals(request.getHeader("X-Forwarded-Proto")) ? "https" : "http";
    String forwarded = request.getHeader("X-Forwarded-Host");
    if (forwarded != null) {
      return read(scheme, forwarded);
    }
    return own(scheme, request);
  }

  /** What the request itself says, whoever sent it on. */
  static @Nullable Authority ofHost(HttpServerRequest request) {
    return own("http", request);
  }

  private static @Nullable Authority own(String scheme, HttpServerRequest request) {
    HostAndPort own = request.authority();
    return own == null ? null : read(scheme, own.toString());
  }

  /** As {@code Origin} has it (RFC 6454 section 6.2); null for what is none, such as "null". */
  static @Nullable Authority ofOrigin(String origin) {
    for (String scheme : new String[] {"http", "https"}) {
      if (origin.startsWith(scheme + "://")) {
        return read(scheme, origin.substring(scheme.length() + 3));
      }
    }
    return null;
  }

  private static @Nullable Authority read(String scheme, String text) {
    var matcher = HOST.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    int own = scheme.equals("https") ? 443 : 80;
    int port = matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2));
    if (port > 65_535) {
      return null;
    }
    return new Authority(
        scheme, matcher.group(1).toLowerCase(Locale.ROOT), port == own ? -1 : port);
  }

  /** Whether it is an address, which no name server can be made to lead elsewhere. */
  boolean isAddress() {
    return ADDRESS.matcher(host).matches();
  }

  /** Whether this page is one of there; what is in front may have taken TLS off. */
  boolean isSameHost(Authority other) {
    boolean tlsInFront = !scheme.equals(other.scheme) && port < 0;
    return host.equals(other.host) && (port == other.port || tlsInFront);
  }

  @Override
  public String toString() {
    return scheme + "://" + host + (port < 0 ? "" : ":" + port);
  }
}
