package io.sluice.gateway.wire;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.UpstreamRequest;

/**
 * Our heads as HTTP/2 header sections (RFC 9113 section 8.3).
 *
 * <p>Heads are encoded while they are written, so they are views of the same bytes; trailers may
 * have to wait for the peer's window, so they are copies.
 */
public final class Http2Messages {
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");
  private static final AsciiString[] STATUSES = new AsciiString[600];

  static {
    // Whole before any event loop can see it: they all share it.
    for (int status = 0; status < STATUSES.length; status++) {
      STATUSES[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private Http2Messages() {}

  /** A response's head; valid as long as the head is. */
  public static Http2Headers response(ResponseHead head) {
    return ReadOnlyHttp2Headers.serverHeaders(
        false, STATUSES[head.status()], fields(head.fields(), false, 0));
  }

  /**
   * A request's head; valid as long as the request is.
   *
   * @param scheme {@code http} or {@code https}
   * @param authority of the server
   */
  public static Http2Headers request(
      UpstreamRequest request, AsciiString scheme, AsciiString authority) {
    AsciiString host = request.hostAt(authority);
    if (!request.upgrade().isEmpty()) {
      return extendedConnect(request, scheme, host);
    }
    return ReadOnlyHttp2Headers.clientHeaders(
        false, request.method(), request.target(), scheme, host, fields(request));
  }

  /** TE is the one field of a connection that HTTP/2 has too (RFC 9113 section 8.2.2). */
  private static AsciiString[] fields(UpstreamRequest request) {
    int more = request.takesTrailers() ? 2 : 0;
    AsciiString[] pairs = fields(request.fields(), false, more);
    if (more > 0) {
      pairs[pairs.length - 2] = HeaderName.TE.lowerText();
      pairs[pairs.length - 1] = TRAILERS;
    }
    return pairs;
  }

  /** RFC 8441 section 4. */
  private static Http2Headers extendedConnect(
      UpstreamRequest request, AsciiString scheme, AsciiString host) {
    Http2Headers connect =
        new DefaultHttp2Headers(false)
            .method(CONNECT)
            .scheme(scheme)
            .path(request.target())
            .authority(host)
            // Its case is anybody's (RFC 9110 section 7.8); the name is registered in lower case.
            .add(Http2Headers.PseudoHeaderName.PROTOCOL.value(), request.upgrade().toLowerCase());
    AsciiString[] pairs = fields(request.fields(), false, 0);
    for (int i = 0; i < pairs.length; i += 2) {
      if (!pairs[i].contentEquals(WEBSOCKET_KEY)) {
        connect.add(pairs[i], pairs[i + 1]);
      }
    }
    return connect;
  }

  /** Trailers; they live on their own. */
  public static Http2Headers trailers(Fields trailers) {
    return ReadOnlyHttp2Headers.trailers(false, fields(trailers, true, 0));
  }

  /**
   * @param more places that are left at the end
   */
  private static AsciiString[] fields(Fields fields, boolean copied, int more) {
    AsciiString[] pairs = new AsciiString[2 * fields.count() + more];
    for (int i = 0; i < fields.count(); i++) {
      AsciiString name = fields.lowerName(i);
      AsciiString value = fields.value(i);
      pairs[2 * i] = copied ? copy(name) : name;
      pairs[2 * i + 1] = copied ? copy(value) : value;
    }
    return pairs;
  }

  private static AsciiString copy(AsciiString text) {
    return new AsciiString(text.array(), text.arrayOffset(), text.length(), true);
  }
}
