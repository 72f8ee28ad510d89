package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link RequestHead} out of an HTTP/2 header section (RFC 9113 sections 8.2 and 8.3), so
 * that what follows cannot tell which version a request came in, and nothing that HTTP/1.1 would
 * read differently gets through.
 */
public final class Http2RequestRules {
  private static final Set<HeaderName> OF_CONNECTIONS =
      EnumSet.of(
          HeaderName.CONNECTION,
          HeaderName.KEEP_ALIVE,
          HeaderName.PROXY_CONNECTION,
          HeaderName.TRANSFER_ENCODING,
          HeaderName.UPGRADE,
          HeaderName.HTTP2_SETTINGS);
  private static final AsciiString CRUMB = AsciiString.cached("; ");

  private Http2RequestRules() {}

  /** Empties the head for the next request. */
  public static void begin(RequestHead head) {
    head.fields().clear();
    head.clear();
    // Also of one that is refused before it is read.
    head.isHttp2();
  }

  /**
   * Adds a field that is no pseudo-header.
   *
   * @throws ProxyError when it may not stand in a request, or is one too many
   */
  public static void field(
      RequestHead head, CharSequence name, CharSequence value, HeadLimits limits) {
    Fields fields = head.fields();
    add(fields, name, value, limits);
    HeaderName known = fields.known(fields.count() - 1);
    if (known != null && OF_CONNECTIONS.contains(known)) {
      throw Reason.CONNECTION_FIELD_IN_HTTP_2.error();
    }
    dropUnderscored(fields);
  }

  /**
   * Adds a trailer.
   *
   * @throws ProxyError when it may not stand in a message, or is one too many
   */
  public static void trailer(Fields trailers, CharSequence name, CharSequence value) {
    add(trailers, name, value, HeadLimits.TRAILERS);
    dropUnderscored(trailers);
  }

  /**
   * Checks the whole head once all fields are in. A head without a body may come on a stream that
   * goes on: then nothing but the end of the stream may follow.
   *
   * @param authority null where the client sent none
   * @param protocol what an extended CONNECT asks for (RFC 8441), or null
   * @param ends whether no body follows
   * @throws ProxyError when the head is refused
   */
  public static void apply(
      RequestHead head,
      CharSequence method,
      CharSequence path,
      @Nullable CharSequence authority,
      @Nullable CharSequence protocol,
      boolean ends) {
    Fields fields = head.fields();
    if (method.isEmpty()) {
      throw Reason.BAD_METHOD.error();
    }
    int methodStart = fields.append(method);
    for (int i = methodStart; i < fields.used(); i++) {
      if (!Ascii.isToken(fields.bytes()[i])) {
        throw Reason.BAD_METHOD.error();
      }
    }
    AsciiString verb = RequestRules.method(fields.bytes(), methodStart, method.length());
    if (protocol != null && !verb.contentEquals("CONNECT")) {
      // RFC 8441 section 4: it belongs to an extended CONNECT alone.
      throw Reason.BAD_METHOD.error();
    }
    if (protocol != null && !ends && !RequestRules.isHttp(protocol)) {
      verb = RequestRules.GET;
      upgrade(head, protocol);
    }
    if (verb.contentEquals("CONNECT") || verb.contentEquals("TRACE")) {
      throw Reason.METHOD_NOT_ALLOWED.error();
    }
    target(head, verb, path);
    host(head, authority);
    framing(head, ends);
    RequestRules.expectation(fields);
    joinCookies(fields);
  }

  /** To what follows, an extended CONNECT is the GET that HTTP/1.1 would have sent. */
  private static void upgrade(RequestHead head, CharSequence protocol) {
    for (int i = 0; i < protocol.length(); i++) {
      if (!Ascii.isToken((byte) protocol.charAt(i))) {
        throw Reason.BAD_METHOD.error();
      }
    }
    if (AsciiString.contentEqualsIgnoreCase(protocol, "websocket")) {
      head.fields().add("Sec-WebSocket-Key", WebSocketKey.random());
    }
    int start = head.fields().append(protocol);
    head.upgrade(head.fields().view(start, protocol.length()));
  }

  private static void target(RequestHead head, AsciiString method, CharSequence path) {
    Fields fields = head.fields();
    if (path.length() > HeadLimits.REQUEST.startLineBytes()) {
      throw Reason.TARGET_TOO_LONG.error();
    }
    int start = fields.append(path);
    int end = fields.used();
    if (start == end || fields.bytes()[start] != '/') {
      throw Reason.BAD_TARGET.error();
    }
    for (int i = start; i < end; i++) {
      if (!Ascii.isTarget(fields.bytes()[i])) {
        throw Reason.BAD_TARGET.error();
      }
    }
    PathNormalizer.Range target = PathNormalizer.normalize(fields, start, end);
    head.set(
        method,
        fields.view(target.start(), target.end() - target.start()),
        fields.view(target.start(), target.queryStart() - target.start()),
        1);
    head.isHttp2();
  }

  /** The authority stands for Host; where both are sent they must agree (section 8.3.1). */
  private static void host(RequestHead head, @Nullable CharSequence authority) {
    Fields fields = head.fields();
    AsciiString host = fields.first(HeaderName.HOST);
    if (authority != null) {
      if (host != null && !host.contentEqualsIgnoreCase(authority)) {
        throw Reason.HOST_MISMATCH.error();
      }
      if (host == null) {
        fields.add(HeaderName.HOST, authority);
      }
    }
    RequestRules.host(head, AsciiString.EMPTY_STRING);
  }

  private static void framing(RequestHead head, boolean ends) {
    RequestRules.framing(head);
    if (ends) {
      if (head.hasBody()) {
        throw Reason.BAD_CONTENT_LENGTH.error();
      }
      return;
    }
    if (!head.fields().has(HeaderName.CONTENT_LENGTH) && RequestRules.mayHaveBody(head)) {
      head.framing(Framing.CHUNKED);
    }
  }

  /** HTTP/1.1 knows one Cookie field only, HTTP/2 sends it in crumbs (section 8.2.3). */
  private static void joinCookies(Fields fields) {
    int first = fields.indexOf(HeaderName.COOKIE, 0);
    if (first < 0 || fields.indexOf(HeaderName.COOKIE, first + 1) < 0) {
      return;
    }
    StringBuilder cookie = new StringBuilder();
    for (int i = first; i >= 0; i = fields.indexOf(HeaderName.COOKIE, i + 1)) {
      cookie.append(cookie.isEmpty() ? "" : CRUMB).append(fields.value(i));
    }
    fields.set(HeaderName.COOKIE, cookie);
  }

  static void add(Fields fields, CharSequence name, CharSequence value, HeadLimits limits) {
    if (fields.count() >= limits.fields()) {
      throw Reason.TOO_MANY_FIELDS.error();
    }
    if (fields.used() + name.length() + value.length() > limits.headBytes()) {
      throw Reason.HEAD_TOO_LARGE.error();
    }
    if (name.isEmpty()) {
      throw Reason.BAD_FIELD_NAME.error();
    }
    for (int i = 0; i < name.length(); i++) {
      if (!Ascii.isToken((byte) name.charAt(i))) {
        throw Reason.BAD_FIELD_NAME.error();
      }
    }
    for (int i = 0; i < value.length(); i++) {
      if (!Ascii.isFieldValue((byte) value.charAt(i))) {
        throw Reason.BAD_FIELD_VALUE.error();
      }
    }
    fields.add(name, value);
  }

  /** The same rule as for HTTP/1: see {@link HeadReader}. */
  private static void dropUnderscored(Fields fields) {
    int last = fields.count() - 1;
    if (fields.name(last).indexOf('_', 0) >= 0) {
      fields.removeAt(last);
    }
  }
}
