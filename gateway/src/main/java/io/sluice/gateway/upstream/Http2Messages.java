package io.sluice.gateway.upstream;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * Our heads as HTTP/2 header sections (RFC 9113 section 8.3).
 *
 * <p>Heads are encoded while they are written, so they are views of the same bytes; trailers may
 * have to wait for the peer's window, so they are copies.
 */
public final class Http2Messages {
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString[] STATUSES = new AsciiString[600];

  private Http2Messages() {}

  /** A response's head; valid as long as the head is. */
  public static Http2Headers response(ResponseHead head) {
    return ReadOnlyHttp2Headers.serverHeaders(
        false, status(head.status()), fields(head.fields(), false, null));
  }

  /**
   * A request's head; valid as long as the head is.
   *
   * @param scheme {@code http} or {@code https}
   */
  static Http2Headers request(RequestHead head, AsciiString scheme) {
    Fields fields = head.fields();
    AsciiString authority = fields.first(HeaderName.HOST);
    if (!head.upgrade().isEmpty()) {
      return extendedConnect(head, scheme, authority);
    }
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        head.method(),
        head.target(),
        scheme,
        authority == null ? AsciiString.EMPTY_STRING : authority,
        fields(fields, false, HeaderName.HOST));
  }

  /** RFC 8441 section 4. */
  private static Http2Headers extendedConnect(
      RequestHead head, AsciiString scheme, @Nullable AsciiString authority) {
    head.fields().remove("Sec-WebSocket-Key");
    Http2Headers connect =
        new DefaultHttp2Headers(false)
            .method(CONNECT)
            .scheme(scheme)
            .path(head.target())
            .authority(authority == null ? AsciiString.EMPTY_STRING : authority)
            .add(Http2Headers.PseudoHeaderName.PROTOCOL.value(), head.upgrade());
    AsciiString[] pairs = fields(head.fields(), false, HeaderName.HOST);
    for (int i = 0; i < pairs.length; i += 2) {
      connect.add(pairs[i], pairs[i + 1]);
    }
    return connect;
  }

  /** Trailers; they live on their own. */
  public static Http2Headers trailers(Fields trailers) {
    return ReadOnlyHttp2Headers.trailers(false, fields(trailers, true, null));
  }

  private static AsciiString[] fields(Fields fields, boolean copied, @Nullable HeaderName without) {
    int skipped = without != null && fields.has(without) ? 1 : 0;
    AsciiString[] pairs = new AsciiString[2 * (fields.count() - skipped)];
    int next = 0;
    for (int i = 0; i < fields.count(); i++) {
      if (without == null || fields.known(i) != without) {
        AsciiString name = fields.lowerName(i);
        AsciiString value = fields.value(i);
        pairs[next++] = copied ? copy(name) : name;
        pairs[next++] = copied ? copy(value) : value;
      }
    }
    return pairs;
  }

  private static AsciiString copy(AsciiString text) {
    return new AsciiString(text.array(), text.arrayOffset(), text.length(), true);
  }

  private static AsciiString status(int status) {
    AsciiString text = STATUSES[status];
    if (text == null) {
      text = AsciiString.cached(Integer.toString(status));
      STATUSES[status] = text;
    }
    return text;
  }
}
