package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A request's method, target and header fields, as one client sent them. Once it is accepted nobody
 * writes to it: what is sent on is an {@link UpstreamRequest}.
 *
 * <p>Owned by the connection (HTTP/1) or the stream (HTTP/2) that it came in on and reused for the
 * next request; everything it returns is a view that lives as long. Whatever stands in a {@code
 * RequestHead} has passed {@link RequestRules}.
 */
public final class RequestHead {
  private static final AsciiString HTTP_1_0 = AsciiString.cached("1.0");
  private static final AsciiString HTTP_1_1 = AsciiString.cached("1.1");
  private static final AsciiString HTTP_2 = AsciiString.cached("2");

  private final Fields fields = new Fields();
  private AsciiString method = AsciiString.EMPTY_STRING;
  private AsciiString target = AsciiString.EMPTY_STRING;
  private AsciiString path = AsciiString.EMPTY_STRING;
  private AsciiString host = AsciiString.EMPTY_STRING;
  private AsciiString knownAuthority = AsciiString.EMPTY_STRING;
  private AsciiString knownHost = AsciiString.EMPTY_STRING;
  private AsciiString upgrade = AsciiString.EMPTY_STRING;
  private AsciiString version = HTTP_1_1;
  private int minorVersion = 1;
  private long framing = Framing.NONE;

  public Fields fields() {
    return fields;
  }

  public AsciiString method() {
    return method;
  }

  /**
   * Path and query in origin form, with dot segments and empty segments resolved: what is matched
   * is what is forwarded.
   */
  public AsciiString target() {
    return target;
  }

  /** The target without its query, still percent-encoded; starts with a slash. */
  public AsciiString path() {
    return path;
  }

  /** Whether the path holds a slash that is written as {@code %2F}. */
  public boolean hasEncodedSlash() {
    return path.indexOf("%2F") >= 0;
  }

  /** The host in lower case without its port; empty only for HTTP/1.0 without a Host header. */
  public AsciiString host() {
    return host;
  }

  /** The value of the Host field, or null. */
  public @Nullable AsciiString authority() {
    int i = fields.indexOf(HeaderName.HOST, 0);
    if (i < 0) {
      return null;
    }
    return fields.isValue(i, knownAuthority) ? knownAuthority : fields.value(i);
  }

  /** In which version of HTTP it came: 1.0, 1.1 or 2. */
  public AsciiString version() {
    return version;
  }

  /** 0 or 1, of HTTP/1. */
  public int minorVersion() {
    return minorVersion;
  }

  /** The body's length in bytes or a {@link Framing} constant. */
  public long framing() {
    return framing;
  }

  public boolean hasBody() {
    return framing != Framing.NONE;
  }

  /** Whether the method changes nothing (RFC 9110 section 9.2.1). */
  public boolean isSafe() {
    return RequestRules.isSafe(method);
  }

  /** The protocol that the client asks to change to (RFC 9110 section 7.8), or empty. */
  public AsciiString upgrade() {
    return upgrade;
  }

  void clear() {
    set(AsciiString.EMPTY_STRING, AsciiString.EMPTY_STRING, AsciiString.EMPTY_STRING, 1);
    host = AsciiString.EMPTY_STRING;
    framing = Framing.NONE;
    upgrade = AsciiString.EMPTY_STRING;
  }

  void set(AsciiString newMethod, AsciiString newTarget, AsciiString newPath, int newMinorVersion) {
    method = newMethod;
    target = newTarget;
    path = newPath;
    minorVersion = newMinorVersion;
    version = newMinorVersion == 0 ? HTTP_1_0 : HTTP_1_1;
  }

  /** It came in HTTP/2. */
  void isHttp2() {
    version = HTTP_2;
  }

  void host(AsciiString newHost) {
    host = newHost;
  }

  /**
   * Takes the host from the Host field where it is that of the request before: a client asks the
   * same one again and again.
   */
  boolean takesKnownHost() {
    boolean known = !knownAuthority.isEmpty() && authority() == knownAuthority;
    host = known ? knownHost : host;
    return known;
  }

  /** The host of a Host field's value, for this request and those that are like it. */
  void host(AsciiString authority, AsciiString itsHost) {
    knownAuthority = new AsciiString(authority);
    knownHost = new AsciiString(itsHost);
    host = knownHost;
  }

  void upgrade(AsciiString protocol) {
    upgrade = protocol;
  }

  void framing(long newFraming) {
    framing = newFraming;
  }
}
