package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.http.ClientClaims;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestId;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.tls.TlsSession;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the request that a server gets of the one that a client sent: what ends here is left out,
 * then the gateway says who asked for what.
 *
 * <p>What a client claims about itself is believed only from trusted proxies, or where the frontend
 * says so. What the gateway itself vouches for, a client can never set.
 */
final class Forwarding {
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString HTTP_PORT = AsciiString.cached("80");
  private static final AsciiString HTTPS_PORT = AsciiString.cached("443");
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
   * Who sent a request: the connection's peer, or, where that is a trusted proxy, the last address
   * in X-Forwarded-For that is none.
   */
  static InetAddress client(RequestHead head, Listener listener, Peer peer) {
    if (!isTrusted(listener.trustedProxies(), peer.address())) {
      return peer.address();
    }
    AsciiString hops = joined(head.fields(), HeaderName.X_FORWARDED_FOR);
    InetAddress client = peer.address();
    int end = hops.length();
    while (end > 0) {
      int comma = hops.subSequence(0, end, false).lastIndexOf(",");
      String hop = hops.subSequence(comma + 1, end, false).trim().toString();
      byte[] address = NetUtil.createByteArrayFromIpAddressString(withoutPort(hop));
      if (address == null) {
        return client;
      }
      client = address(address);
      if (!isTrusted(listener.trustedProxies(), client)) {
        return client;
      }
      end = comma;
    }
    return client;
  }

  /** Some proxies write {@code 192.0.2.1:41234} and {@code [2001:db8::1]:41234}. */
  private static String withoutPort(String hop) {
    int colon = hop.lastIndexOf(':');
    boolean v4 = colon > 0 && hop.indexOf(':') == colon;
    boolean v6 = colon > 0 && hop.charAt(colon - 1) == ']';
    return (v4 || v6) && isPort(hop, colon + 1) ? hop.substring(0, colon) : hop;
  }

  private static boolean isPort(String text, int start) {
    boolean digits = start < text.length() && text.length() - start <= 5;
    for (int i = start; i < text.length(); i++) {
      digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits;
  }

  /**
   * What a server is asked for a client's request.
   *
   * @param client who sent it, in digits
   * @param id by which it is found again
   * @param via this gateway, to itself
   */
  static UpstreamRequest request(
      RequestHead head,
      Frontend frontend,
      Listener listener,
      Peer peer,
      AsciiString client,
      RequestId id,
      Via via) {
    Fields fields = new Fields(head.fields());
    boolean trailers = HopByHop.wantsTrailers(fields);
    HopByHop.strip(fields);
    if (!frontend.trustForwardHeader() && !isTrusted(listener.trustedProxies(), peer.address())) {
      for (HeaderName claim : CLAIMS) {
        fields.remove(claim);
      }
      ClientClaims.remove(fields);
    }
    AsciiString scheme = peer.tls() == null ? HTTP : HTTPS;
    AsciiString host = head.authority();
    appendTo(fields, HeaderName.X_FORWARDED_FOR, peer.text());
    if (listener.forwarded() || fields.has(HeaderName.FORWARDED)) {
      appendTo(fields, HeaderName.FORWARDED, forwarded(peer, scheme, host));
    }
    addUnlessSet(fields, HeaderName.X_REAL_IP, client);
    addUnlessSet(fields, HeaderName.X_FORWARDED_PROTO, scheme);
    if (host != null) {
      int hostField = fields.indexOf(HeaderName.HOST, 0);
      if (!fields.has(HeaderName.X_FORWARDED_HOST)) {
        fields.addEndOf(HeaderName.X_FORWARDED_HOST, hostField, 0);
      }
      if (!fields.has(HeaderName.X_FORWARDED_PORT)) {
        addPort(fields, hostField, host, peer.tls());
      }
    }
    if (!frontend.hostname().isEmpty()) {
      fields.set(HeaderName.X_FORWARDED_SERVER, frontend.hostname());
    }
    identity(fields, peer.tls());
    id.setIn(fields);
    appendTo(fields, HeaderName.VIA, via.element(head.version()));
    fields.remove(HeaderName.HOST);
    return new UpstreamRequest(head, fields, frontend.passHostHeader() ? host : null, trailers);
  }

  /** RFC 9440: only the gateway says which certificate a client showed. */
  private static void identity(Fields fields, @Nullable TlsSession tls) {
    fields.remove(HeaderName.CLIENT_CERT);
    fields.remove(HeaderName.CLIENT_CERT_CHAIN);
    AsciiString certificate = tls == null ? null : tls.clientCertificate();
    if (certificate != null) {
      fields.add(HeaderName.CLIENT_CERT, certificate);
    }
  }

  private static void appendTo(Fields fields, HeaderName name, AsciiString last) {
    if (fields.has(name)) {
      fields.set(name, joined(fields, name) + ", " + last);
    } else {
      fields.add(name, last);
    }
  }

  /** All values of a field as one list. */
  private static AsciiString joined(Fields fields, HeaderName name) {
    int first = fields.indexOf(name, 0);
    if (first < 0) {
      return AsciiString.EMPTY_STRING;
    }
    int next = fields.indexOf(name, first + 1);
    if (next < 0) {
      return fields.value(first);
    }
    StringBuilder values = new StringBuilder(fields.value(first));
    for (int i = next; i >= 0; i = fields.indexOf(name, i + 1)) {
      values.append(", ").append(fields.value(i));
    }
    return AsciiString.of(values);
  }

  /** RFC 7239 sections 4 and 6: an IPv6 address is quoted and in brackets, as is a host's port. */
  private static AsciiString forwarded(Peer peer, AsciiString scheme, @Nullable AsciiString host) {
    boolean v6 = peer.text().indexOf(':', 0) >= 0;
    StringBuilder element = new StringBuilder("for=");
    element.append(v6 ? "\"[" : "").append(peer.text()).append(v6 ? "]\"" : "");
    element.append(";proto=").append(scheme);
    if (host != null) {
      element.append(";host=\"").append(host).append('"');
    }
    return AsciiString.of(element);
  }

  private static void addUnlessSet(Fields fields, HeaderName name, AsciiString value) {
    if (!fields.has(name)) {
      fields.add(name, value);
    }
  }

  private static void addPort(
      Fields fields, int hostField, AsciiString host, @Nullable TlsSession tls) {
    int colon = host.lastIndexOf(":");
    boolean hasPort = colon >= 0 && host.indexOf(']', colon) < 0 && colon + 1 < host.length();
    if (hasPort) {
      fields.addEndOf(HeaderName.X_FORWARDED_PORT, hostField, colon + 1);
    } else {
      fields.add(HeaderName.X_FORWARDED_PORT, tls == null ? HTTP_PORT : HTTPS_PORT);
    }
  }

  private static boolean isTrusted(List<Cidr> trusted, InetAddress address) {
    for (int i = 0; i < trusted.size(); i++) {
      if (trusted.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (java.net.UnknownHostException wrongLength) {
      throw new IllegalStateException(wrongLength);
    }
  }
}
