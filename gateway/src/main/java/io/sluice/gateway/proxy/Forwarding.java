package io.sluice.gateway.proxy;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.RequestHead;

/**
 * Makes a client's header fields into those that the server gets: what ends here is removed, then
 * the gateway says who asked for what.
 */
final class Forwarding {
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString DEFAULT_PORT = AsciiString.cached("80");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString TE = AsciiString.cached("TE");
  private static final HeaderName[] CLAIMS = {
    HeaderName.FORWARDED,
    HeaderName.X_FORWARDED_FOR,
    HeaderName.X_FORWARDED_HOST,
    HeaderName.X_FORWARDED_PORT,
    HeaderName.X_FORWARDED_PREFIX,
    HeaderName.X_FORWARDED_PROTO,
    HeaderName.X_FORWARDED_SERVER,
    HeaderName.X_REAL_IP
  };

  private Forwarding() {}

  /**
   * Rewrites the head's fields in place, all but Host, which depends on the endpoint.
   *
   * @param client the address of the connection that the request came on
   * @return whether trailers are passed on, in both directions
   */
  static boolean apply(RequestHead head, Frontend frontend, AsciiString client) {
    Fields fields = head.fields();
    boolean trailers = HopByHop.wantsTrailers(fields);
    HopByHop.strip(fields);
    if (trailers) {
      fields.add(HeaderName.TE, TRAILERS);
      fields.add(HeaderName.CONNECTION, TE);
    }
    if (!frontend.trustForwardHeader()) {
      for (HeaderName claim : CLAIMS) {
        fields.remove(claim);
      }
    }
    appendClient(fields, client);
    addUnlessSet(fields, HeaderName.X_REAL_IP, client);
    addUnlessSet(fields, HeaderName.X_FORWARDED_PROTO, HTTP);
    AsciiString host = fields.first(HeaderName.HOST);
    if (host != null) {
      addUnlessSet(fields, HeaderName.X_FORWARDED_HOST, host);
      addUnlessSet(fields, HeaderName.X_FORWARDED_PORT, port(host));
    }
    if (!frontend.hostname().isEmpty()) {
      fields.set(HeaderName.X_FORWARDED_SERVER, frontend.hostname());
    }
    return trailers;
  }

  private static void appendClient(Fields fields, AsciiString client) {
    if (!fields.has(HeaderName.X_FORWARDED_FOR)) {
      fields.add(HeaderName.X_FORWARDED_FOR, client);
      return;
    }
    StringBuilder hops = new StringBuilder();
    for (int i = fields.indexOf(HeaderName.X_FORWARDED_FOR, 0);
        i >= 0;
        i = fields.indexOf(HeaderName.X_FORWARDED_FOR, i + 1)) {
      hops.append(fields.value(i)).append(", ");
    }
    fields.set(HeaderName.X_FORWARDED_FOR, hops.append(client));
  }

  private static void addUnlessSet(Fields fields, HeaderName name, AsciiString value) {
    if (!fields.has(name)) {
      fields.add(name, value);
    }
  }

  private static AsciiString port(AsciiString host) {
    int colon = host.lastIndexOf(":");
    boolean hasPort = colon >= 0 && host.indexOf(']', colon) < 0 && colon + 1 < host.length();
    return hasPort ? host.subSequence(colon + 1, host.length(), false) : DEFAULT_PORT;
  }
}
