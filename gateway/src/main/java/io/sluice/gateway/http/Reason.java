package io.sluice.gateway.http;

import java.util.Locale;

/**
 * Why an exchange did not go the ordinary way: the one table from a cause to a status, a metric
 * label and a log reason.
 *
 * <p>The label is the constant's name in lower case; metrics, the access log and the body of the
 * reply all carry it, so they agree.
 */
public enum Reason {
  // The client's request head (RFC 9112 sections 2 to 6, RFC 9110 section 5).
  BARE_LF(400, Side.CLIENT, "a line ends without CR"),
  BAD_REQUEST_LINE(400, Side.CLIENT, "the request line is not METHOD SP TARGET SP VERSION"),
  BAD_METHOD(400, Side.CLIENT, "the method is not a token"),
  BAD_TARGET(
      400, Side.CLIENT, "the request target is not a path or an absolute http URI of plain ASCII"),
  BAD_VERSION(400, Side.CLIENT, "the protocol version is malformed"),
  UNSUPPORTED_VERSION(505, Side.CLIENT, "only HTTP/1.0 and HTTP/1.1 are spoken on this connection"),
  BAD_FIELD_NAME(400, Side.CLIENT, "a header name is empty or not a token"),
  BAD_FIELD_VALUE(400, Side.CLIENT, "a header value holds a control character"),
  OBSOLETE_FOLDING(400, Side.CLIENT, "a header is folded over two lines"),
  MISSING_HOST(400, Side.CLIENT, "the Host header is missing"),
  DUPLICATE_HOST(400, Side.CLIENT, "there is more than one Host header"),
  BAD_HOST(400, Side.CLIENT, "the Host header is not a host and an optional port"),
  HOST_MISMATCH(400, Side.CLIENT, "the target's authority and the Host header differ"),
  BAD_CONTENT_LENGTH(400, Side.CLIENT, "Content-Length is not one plain decimal number"),
  DUPLICATE_CONTENT_LENGTH(400, Side.CLIENT, "there is more than one Content-Length"),
  LENGTH_AND_CHUNKED(400, Side.CLIENT, "Content-Length and Transfer-Encoding stand together"),
  BAD_TRANSFER_ENCODING(400, Side.CLIENT, "Transfer-Encoding is not exactly chunked"),
  UNSUPPORTED_TRANSFER_ENCODING(501, Side.CLIENT, "no transfer coding but chunked is understood"),
  CHUNKED_IN_HTTP_1_0(400, Side.CLIENT, "HTTP/1.0 has no Transfer-Encoding"),
  UNEXPECTED_BODY(400, Side.CLIENT, "this method takes no body"),
  PROTECTED_FIELD_IN_CONNECTION(
      400, Side.CLIENT, "Connection names a header that is not the client's to remove"),
  TOO_MANY_CONNECTION_OPTIONS(400, Side.CLIENT, "Connection lists too many options"),
  UNSUPPORTED_EXPECTATION(417, Side.CLIENT, "the only expectation known is 100-continue"),
  CONNECTION_FIELD_IN_HTTP_2(
      400, Side.CLIENT, "HTTP/2 knows no header that belongs to a connection"),
  PROTOCOL_ERROR(400, Side.CLIENT, "the frames on this connection break the rules of HTTP/2"),
  MISDIRECTED(421, Side.CLIENT, "this connection was made for another host"),
  TLS_REFUSED(400, Side.CLIENT, "the TLS handshake failed"),
  BAD_PROXY_HEADER(
      400, Side.CLIENT, "the connection does not begin with a PROXY header of a trusted proxy"),
  METHOD_NOT_ALLOWED(405, Side.CLIENT, "CONNECT and TRACE are not served"),
  BAD_CHUNK(400, Side.CLIENT, "a chunk is malformed"),
  TARGET_TOO_LONG(414, Side.CLIENT, "the request line is too long"),
  HEAD_TOO_LARGE(431, Side.CLIENT, "the header section is too large"),
  TOO_MANY_FIELDS(431, Side.CLIENT, "there are too many header fields"),
  BODY_TOO_LARGE(413, Side.CLIENT, "the body is larger than this route allows"),
  REQUEST_TIMEOUT(408, Side.CLIENT, "the request did not arrive in time"),
  CLIENT_GONE(
      499, Side.CLIENT, "the client closed the connection before the response was complete"),
  BODY_TOO_SLOW(408, Side.CLIENT, "the body comes more slowly than is allowed"),
  STREAM_IDLE(408, Side.CLIENT, "neither side has sent anything in time"),
  CLIENT_STALLED(499, Side.CLIENT, "the client stopped reading the response"),

  // The route.
  CERTIFICATE_PROOF(200, Side.GATEWAY, "an authority asks before it issues a certificate"),
  NO_ROUTE(404, Side.GATEWAY, "not found"),
  FRONTEND_UNAVAILABLE(503, Side.GATEWAY, "this route is not usable as configured"),
  NO_ENDPOINT(503, Side.GATEWAY, "no server of the backend takes requests"),
  LISTENER_GONE(503, Side.GATEWAY, "this listener was taken out of service"),
  RATE_LIMITED(429, Side.GATEWAY, "max rate reached"),
  CONNECTION_LIMITED(429, Side.GATEWAY, "max connections reached"),
  UNAUTHORIZED(401, Side.GATEWAY, "this route asks who you are"),
  AUTH_DENIED(403, Side.GATEWAY, "the service that this route asks said no"),
  IP_DENIED(403, Side.GATEWAY, "this route is not open to your address"),
  CERTIFICATE_DENIED(403, Side.GATEWAY, "this route is not open to your certificate"),
  REDIRECTED(302, Side.GATEWAY, "it is found elsewhere"),
  PREFLIGHT(204, Side.GATEWAY, "a page of another origin asks whether it may ask"),
  BREAKER_OPEN(503, Side.GATEWAY, "the servers do badly and are left alone for a while"),
  MAINTENANCE(503, Side.GATEWAY, "this route is closed for a while"),
  FAULT(500, Side.GATEWAY, "a fault that was asked for"),
  BAD_REWRITE(500, Side.GATEWAY, "what this route asks for instead is nothing that can be asked"),
  STAGE_FAILED(503, Side.GATEWAY, "a stage of this route cannot do its work"),
  PAGE_MISSING(502, Side.GATEWAY, "the page of this error could not be had"),
  QUEUE_FULL(503, Side.GATEWAY, "too many requests wait for this backend"),
  QUEUE_TIMEOUT(503, Side.GATEWAY, "no place at this backend became free in time"),
  OVERLOADED(503, Side.GATEWAY, "the gateway has too many requests under way"),
  TOO_MANY_CONNECTIONS(503, Side.GATEWAY, "this listener has too many connections"),
  LOOP_DETECTED(
      508, Side.GATEWAY, "this request has been through this gateway, or too many others, already"),
  EXCHANGE_TIMEOUT(504, Side.GATEWAY, "the whole exchange took too long"),
  INTERNAL_ERROR(500, Side.GATEWAY, "the gateway failed"),

  // The upstream server.
  CONNECT_FAILED(502, Side.UPSTREAM, "the server could not be reached"),
  UPSTREAM_FORBIDDEN(
      502, Side.UPSTREAM, "the server's address is one that this gateway does not connect to"),
  CONNECT_TIMEOUT(504, Side.UPSTREAM, "the server did not accept the connection in time"),
  UPSTREAM_CLOSED(
      502, Side.UPSTREAM, "the server closed the connection before the response was complete"),
  BAD_RESPONSE(502, Side.UPSTREAM, "the server's response is malformed"),
  RESPONSE_TIMEOUT(504, Side.UPSTREAM, "the server did not answer in time"),
  UPSTREAM_TLS_FAILED(502, Side.UPSTREAM, "the server's identity or TLS is not acceptable"),
  UPSTREAM_TLS_TIMEOUT(504, Side.UPSTREAM, "the server did not complete the TLS handshake in time"),
  UPGRADE_REFUSED(502, Side.UPSTREAM, "the server cannot change protocols over HTTP/2"),
  UPSTREAM_REFUSED(502, Side.UPSTREAM, "the server refused the stream"),
  UPSTREAM_RESET(502, Side.UPSTREAM, "the server reset the stream"),
  TUNNEL_IDLE(504, Side.UPSTREAM, "nothing passed through the tunnel in time"),
  TUNNEL_DRAINED(503, Side.UPSTREAM, "the tunnel's server was taken out of service");

  /** Whose doing it was. */
  public enum Side {
    CLIENT,
    GATEWAY,
    UPSTREAM
  }

  private final int status;
  private final Side side;
  private final String text;
  private final String label = name().toLowerCase(Locale.ROOT);

  private final ProxyError error = new ProxyError(this);

  Reason(int status, Side side, String text) {
    this.status = status;
    this.side = side;
    this.text = text;
  }

  /** The status that the client gets, where it can still be told. */
  public int status() {
    return status;
  }

  public Side side() {
    return side;
  }

  /** One sentence without a full stop, for the reply's body. */
  public String text() {
    return text;
  }

  /** The metric label and the access log's {@code reason}. */
  public String label() {
    return label;
  }

  /** The stackless error that stands for this reason; one instance, safe to throw anywhere. */
  public ProxyError error() {
    return error;
  }
}
