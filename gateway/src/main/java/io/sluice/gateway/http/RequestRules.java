package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which request heads are served: RFC 9112 sections 3 and 6 with every choice made for the strict
 * side.
 *
 * <p>A head that two programs could read differently is refused, because the server behind may be
 * the other program.
 */
final class RequestRules {
  static final AsciiString GET = AsciiString.cached("GET");
  private static final AsciiString HEAD = AsciiString.cached("HEAD");
  private static final AsciiString POST = AsciiString.cached("POST");
  private static final AsciiString[] COMMON_METHODS = {GET, POST, HEAD};
  private static final AsciiString[] SAFE = {
    AsciiString.cached("GET"), AsciiString.cached("HEAD"), AsciiString.cached("OPTIONS")
  };
  private static final AsciiString[] WITHOUT_CONTENT = {
    GET, HEAD, AsciiString.cached("DELETE"), AsciiString.cached("OPTIONS")
  };
  private static final int MOST_PORT = 65_535;

  /** RFC 1035 section 2.3.4. */
  private static final int MOST_HOST_BYTES = 255;

  private static final int MOST_CONNECTION_OPTIONS = 16;
  private static final Set<HeaderName> PROTECTED =
      EnumSet.of(
          HeaderName.HOST,
          HeaderName.CONTENT_LENGTH,
          HeaderName.AUTHORIZATION,
          HeaderName.CLIENT_CERT,
          HeaderName.CLIENT_CERT_CHAIN,
          HeaderName.COOKIE,
          HeaderName.FORWARDED,
          HeaderName.X_FORWARDED_FOR,
          HeaderName.X_FORWARDED_HOST,
          HeaderName.X_FORWARDED_PORT,
          HeaderName.X_FORWARDED_PREFIX,
          HeaderName.X_FORWARDED_PROTO,
          HeaderName.X_FORWARDED_SERVER,
          HeaderName.X_REAL_IP,
          HeaderName.X_REQUEST_ID);

  private RequestRules() {}

  /**
   * Reads the start line at {@code [start, end)} of the head's bytes and checks the whole head.
   *
   * @throws ProxyError when the head is refused
   */
  static void apply(RequestHead head, int start, int end) {
    Fields fields = head.fields();
    byte[] bytes = fields.bytes();
    int methodEnd = start;
    while (methodEnd < end && Ascii.isToken(bytes[methodEnd])) {
      methodEnd++;
    }
    if (methodEnd == start) {
      throw Reason.BAD_METHOD.error();
    }
    if (methodEnd == end) {
      throw Reason.BAD_REQUEST_LINE.error();
    }
    int targetStart = methodEnd + 1;
    int targetEnd = targetStart;
    while (targetEnd < end && bytes[targetEnd] != ' ') {
      if (!Ascii.isTarget(bytes[targetEnd])) {
        throw Reason.BAD_TARGET.error();
      }
      targetEnd++;
    }
    if (bytes[methodEnd] != ' ' || targetEnd == targetStart || targetEnd == end) {
      throw Reason.BAD_REQUEST_LINE.error();
    }
    int minorVersion = version(bytes, targetEnd + 1, end);
    AsciiString method = method(bytes, start, methodEnd - start);
    if (method.contentEquals("CONNECT") || method.contentEquals("TRACE")) {
      throw Reason.METHOD_NOT_ALLOWED.error();
    }
    AsciiString authority = AsciiString.EMPTY_STRING;
    int pathStart = targetStart;
    if (bytes[targetStart] != '/') {
      int authorityStart = absoluteFormAuthority(bytes, targetStart, targetEnd);
      pathStart = authorityStart;
      while (pathStart < targetEnd && bytes[pathStart] != '/' && bytes[pathStart] != '?') {
        pathStart++;
      }
      authority = fields.view(authorityStart, pathStart - authorityStart);
      if (pathStart == targetEnd || bytes[pathStart] == '?') {
        throw Reason.BAD_TARGET.error();
      }
    }
    PathNormalizer.Range target = PathNormalizer.normalize(fields, pathStart, targetEnd);
    AsciiString whole = fields.view(target.start(), target.end() - target.start());
    AsciiString path = whole.subSequence(0, target.queryStart() - target.start(), false);
    head.set(method, whole, path, minorVersion);
    host(head, authority);
    framing(head);
    expectation(fields);
    connection(fields);
    upgrade(head);
  }

  static AsciiString method(byte[] bytes, int start, int length) {
    for (AsciiString common : COMMON_METHODS) {
      if (Arrays.equals(bytes, start, start + length, common.array(), 0, common.length())) {
        return common;
      }
    }
    return new AsciiString(bytes, start, length, false);
  }

  private static int version(byte[] bytes, int start, int end) {
    boolean shaped =
        end - start == 8
            && bytes[start] == 'H'
            && bytes[start + 1] == 'T'
            && bytes[start + 2] == 'T'
            && bytes[start + 3] == 'P'
            && bytes[start + 4] == '/'
            && Ascii.isDigit(bytes[start + 5])
            && bytes[start + 6] == '.'
            && Ascii.isDigit(bytes[start + 7]);
    if (!shaped) {
      throw Reason.BAD_VERSION.error();
    }
    int minor = bytes[start + 7] - '0';
    if (bytes[start + 5] != '1' || minor > 1) {
      throw Reason.UNSUPPORTED_VERSION.error();
    }
    return minor;
  }

  /** Where the authority of {@code http://authority/path} starts. */
  private static int absoluteFormAuthority(byte[] bytes, int start, int end) {
    AsciiString target = new AsciiString(bytes, start, end - start, false);
    for (String scheme : new String[] {"http://", "https://"}) {
      if (target.length() > scheme.length()
          && target.regionMatches(true, 0, scheme, 0, scheme.length())) {
        return start + scheme.length();
      }
    }
    throw Reason.BAD_TARGET.error();
  }

  static void host(RequestHead head, AsciiString authority) {
    Fields fields = head.fields();
    int i = fields.indexOf(HeaderName.HOST, 0);
    if (i < 0) {
      if (head.minorVersion() >= 1) {
        throw Reason.MISSING_HOST.error();
      }
      head.host(authority.isEmpty() ? AsciiString.EMPTY_STRING : hostWithoutPort(authority));
      return;
    }
    if (fields.indexOf(HeaderName.HOST, i + 1) >= 0) {
      throw Reason.DUPLICATE_HOST.error();
    }
    if (!authority.isEmpty() && !authority.contentEqualsIgnoreCase(fields.value(i))) {
      throw Reason.HOST_MISMATCH.error();
    }
    if (!head.takesKnownHost()) {
      AsciiString value = fields.value(i);
      head.host(value, hostWithoutPort(value));
    }
  }

  /** The host of {@code host [":" port]} (RFC 9110 section 7.2) in lower case. */
  private static AsciiString hostWithoutPort(AsciiString authority) {
    int length = authority.length();
    int hostEnd = 0;
    if (length > 0 && authority.byteAt(0) == '[') {
      hostEnd = authority.indexOf(']', 0) + 1;
      for (int i = 1; i < hostEnd - 1; i++) {
        byte b = authority.byteAt(i);
        if (Ascii.hex(b) < 0 && b != ':' && b != '.') {
          throw Reason.BAD_HOST.error();
        }
      }
      if (hostEnd < 4) {
        throw Reason.BAD_HOST.error();
      }
    } else {
      while (hostEnd < length && Ascii.isHost(authority.byteAt(hostEnd))) {
        hostEnd++;
      }
    }
    if (hostEnd == 0
        || hostEnd > MOST_HOST_BYTES
        || (hostEnd < length && authority.byteAt(hostEnd) != ':')
        || length - hostEnd > 6) {
      throw Reason.BAD_HOST.error();
    }
    int port = 0;
    for (int i = hostEnd + 1; i < length; i++) {
      if (!Ascii.isDigit(authority.byteAt(i))) {
        throw Reason.BAD_HOST.error();
      }
      port = port * 10 + authority.byteAt(i) - '0';
    }
    if (port > MOST_PORT) {
      throw Reason.BAD_HOST.error();
    }
    // A final dot names the same host (RFC 1034 section 3.1); a route for example.com is meant for
    // example.com. as well.
    boolean absolute = hostEnd > 1 && authority.byteAt(hostEnd - 1) == '.';
    return authority.subSequence(0, absolute ? hostEnd - 1 : hostEnd, false).toLowerCase();
  }

  static void framing(RequestHead head) {
    Fields fields = head.fields();
    boolean encoded = fields.has(HeaderName.TRANSFER_ENCODING);
    if (encoded && fields.has(HeaderName.CONTENT_LENGTH)) {
      throw Reason.LENGTH_AND_CHUNKED.error();
    }
    if (encoded && head.minorVersion() == 0) {
      throw Reason.CHUNKED_IN_HTTP_1_0.error();
    }
    long length = Math.max(0, Framing.contentLength(fields));
    head.framing(Framing.isChunked(fields) ? Framing.CHUNKED : length);
    if (head.hasBody() && !mayHaveBody(head)) {
      throw Reason.UNEXPECTED_BODY.error();
    }
  }

  /**
   * A server that ignores the body of a GET would take it for the next request (the CL.0 desync).
   */
  static boolean mayHaveBody(RequestHead head) {
    return head.method() != GET && head.method() != HEAD;
  }

  /** Whether a request of this method changes nothing (RFC 9110 section 9.2.1). */
  static boolean isSafe(AsciiString method) {
    for (AsciiString safe : SAFE) {
      if (safe.contentEquals(method)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a request of this method without content is one of a length of nothing. */
  static boolean givesContentMeaning(AsciiString method) {
    for (AsciiString without : WITHOUT_CONTENT) {
      if (without.contentEquals(method)) {
        return false;
      }
    }
    return true;
  }

  static void expectation(Fields fields) {
    int i = fields.indexOf(HeaderName.EXPECT, 0);
    if (i < 0) {
      return;
    }
    if (!fields.value(i).contentEqualsIgnoreCase("100-continue")
        || fields.indexOf(HeaderName.EXPECT, i + 1) >= 0) {
      throw Reason.UNSUPPORTED_EXPECTATION.error();
    }
  }

  /**
   * What the client asks to change to. A request to change to HTTP/2 is taken for a plain request
   * (RFC 9113 section 3.1), as is one that is old, has a body, or does not name one protocol.
   */
  private static void upgrade(RequestHead head) {
    Fields fields = head.fields();
    int i = fields.indexOf(HeaderName.UPGRADE, 0);
    if (i < 0 || head.minorVersion() == 0 || head.hasBody()) {
      return;
    }
    AsciiString protocol = fields.value(i);
    boolean oneToken = !protocol.isEmpty() && fields.indexOf(HeaderName.UPGRADE, i + 1) < 0;
    for (int b = 0; b < protocol.length(); b++) {
      oneToken &= Ascii.isToken(protocol.byteAt(b)) || protocol.byteAt(b) == '/';
    }
    if (oneToken
        && !isHttp(protocol)
        && fields.lists(HeaderName.CONNECTION, "upgrade")
        && !(protocol.contentEqualsIgnoreCase("websocket") && !isWebSocket(head))) {
      head.upgrade(protocol);
    }
  }

  /**
   * Whether a protocol is HTTP itself, whose requests would then reach the server past every route:
   * never passed on, whichever version the wish for it came in.
   */
  static boolean isHttp(CharSequence protocol) {
    return AsciiString.contentEqualsIgnoreCase(protocol, "h2c")
        || AsciiString.contentEqualsIgnoreCase(protocol, "h2")
        || AsciiString.regionMatches(protocol, true, 0, "http/", 0, 5)
        || AsciiString.contentEqualsIgnoreCase(protocol, "http")
        || AsciiString.regionMatches(protocol, true, 0, "tls/", 0, 4);
  }

  /** RFC 6455 section 4.2.1. */
  private static boolean isWebSocket(RequestHead head) {
    return head.method() == GET && head.fields().first("Sec-WebSocket-Key") != null;
  }

  /**
   * Each option is looked at once, and there are few, because each costs a look at all fields when
   * it is removed.
   */
  private static void connection(Fields fields) {
    int options = 0;
    int i = fields.indexOf(HeaderName.CONNECTION, 0);
    for (; i >= 0; i = fields.indexOf(HeaderName.CONNECTION, i + 1)) {
      AsciiString list = fields.value(i);
      int start = 0;
      while (start <= list.length()) {
        int comma = list.indexOf(',', start);
        int end = comma < 0 ? list.length() : comma;
        AsciiString option = list.subSequence(start, end, false).trim();
        HeaderName name = HeaderName.find(option.array(), option.arrayOffset(), option.length());
        if (name != null && PROTECTED.contains(name)) {
          throw Reason.PROTECTED_FIELD_IN_CONNECTION.error();
        }
        if (++options > MOST_CONNECTION_OPTIONS) {
          throw Reason.TOO_MANY_CONNECTION_OPTIONS.error();
        }
        start = end + 1;
      }
    }
  }
}
