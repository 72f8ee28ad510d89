package io.sluice.gateway.http;

import io.netty.util.AsciiString;

/**
 * A response's status and header fields.
 *
 * <p>Owned by the upstream connection that it came in on, or by the exchange that answers by
 * itself; reused. Has passed {@link ResponseRules} when it came from a server.
 */
public final class ResponseHead {
  /** WHATWG HTML, "Server-sent events". */
  private static final AsciiString EVENTS = AsciiString.cached("text/event-stream");

  private final Fields fields = new Fields();
  private int status;
  private int minorVersion = 1;
  private long framing = Framing.NONE;

  public Fields fields() {
    return fields;
  }

  public int status() {
    return status;
  }

  public int minorVersion() {
    return minorVersion;
  }

  /**
   * The body's length in bytes or a {@link Framing} constant; 0 where the status or the method
   * allows no body.
   */
  public long framing() {
    return framing;
  }

  /** Whether this is a 1xx: another head follows for the same request. */
  public boolean isInterim() {
    return status < 200 && framing != Framing.TUNNEL;
  }

  /**
   * Whether nothing here says that there is no body where one could be: a client of HTTP/1 would
   * wait for it (RFC 9112 section 6.3).
   *
   * @param toHead whether the request was a HEAD
   */
  public boolean lacksLength(boolean toHead) {
    return framing == Framing.NONE
        && !toHead
        && status >= 200
        && status != 204
        && status != 304
        && !fields.has(HeaderName.CONTENT_LENGTH);
  }

  /** Whether the body is made of messages that come as they arise: a gRPC call or events. */
  public boolean isStream() {
    AsciiString type = fields.first(HeaderName.CONTENT_TYPE);
    return type != null
        && (type.startsWith(GrpcStatus.CONTENT_TYPE)
            || type.regionMatches(true, 0, EVENTS, 0, EVENTS.length()));
  }

  /** Starts a response of the gateway's own. */
  public ResponseHead set(int newStatus, long newFraming) {
    fields.clear();
    status = newStatus;
    framing = newFraming;
    minorVersion = 1;
    return this;
  }

  /** The body will be another one, of an unknown length. */
  public void framingUnknown() {
    framing = Framing.CHUNKED;
  }

  /** The body will be another one, of so many bytes. */
  public void framingOf(long bytes) {
    framing = bytes;
  }

  /** Makes the head of an agreed tunnel into what the other version of HTTP says. */
  public void tunnel(int newStatus) {
    status = newStatus;
    framing = Framing.TUNNEL;
  }

  void parsed(int newStatus, int newMinorVersion) {
    status = newStatus;
    minorVersion = newMinorVersion;
  }

  void framing(long newFraming) {
    framing = newFraming;
  }
}
