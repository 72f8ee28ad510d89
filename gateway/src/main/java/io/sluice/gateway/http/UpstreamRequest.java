package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What a server is asked for a client's request. Made once an exchange; the stages of its frontend
 * may change it before the first try, and it is the same for every try but for its Host, whatever
 * the protocols of the servers that are tried.
 *
 * <p>Holds no field that belongs to one connection (RFC 9110 section 7.6.1): whoever writes the
 * request in one protocol or the other adds what that connection needs. Reads the bytes of the head
 * that it was made of and lives as long.
 */
public final class UpstreamRequest {
  private final RequestHead head;
  private final Fields fields;
  private @Nullable AsciiString host;
  private AsciiString target;
  private final boolean takesTrailers;
  private long framing;

  /**
   * @param fields what is sent, without Host and without what belongs to one connection
   * @param host the Host that every server gets; null for each server's own
   * @param takesTrailers whether whoever asks understands trailers (RFC 9110 section 10.1.4)
   */
  public UpstreamRequest(
      RequestHead head, Fields fields, @Nullable AsciiString host, boolean takesTrailers) {
    this.head = head;
    this.fields = fields;
    this.host = host;
    this.target = head.target();
    this.takesTrailers = takesTrailers;
    this.framing = head.framing();
  }

  public AsciiString method() {
    return head.method();
  }

  /** Path and query in their normal form, as {@link RequestHead#target} has them. */
  public AsciiString target() {
    return target;
  }

  /** Asks for something else; see {@link Targets#normal}. */
  public void target(AsciiString other) {
    target = other;
  }

  /** Every server gets this Host. */
  public void host(AsciiString forAll) {
    host = forAll;
  }

  /** See {@link RequestHead#framing}. */
  public long framing() {
    return framing;
  }

  /** The body, whose length nobody knew, is here and has so many bytes, at least one. */
  public void length(long bytes) {
    framing = bytes;
    fields.set(HeaderName.CONTENT_LENGTH, Long.toString(bytes));
  }

  public boolean hasBody() {
    return head.hasBody();
  }

  /** See {@link RequestHead#isSafe}. */
  public boolean isSafe() {
    return head.isSafe();
  }

  /** See {@link RequestHead#upgrade}. */
  public AsciiString upgrade() {
    return head.upgrade();
  }

  /** Without Host and without what belongs to one connection. */
  public Fields fields() {
    return fields;
  }

  public boolean takesTrailers() {
    return takesTrailers;
  }

  /** The Host that every server gets; null where each gets its own. */
  public @Nullable AsciiString fixedHost() {
    return host;
  }

  /** The Host for a server with this authority: the client's, or that server's own. */
  public AsciiString hostAt(AsciiString authority) {
    return host == null ? authority : host;
  }

  /**
   * Whether a server that must know is told that there is no body: where the method gives content a
   * meaning (RFC 9110 section 8.6).
   */
  boolean saysNoBody() {
    return !hasBody()
        && upgrade().isEmpty()
        && RequestRules.givesContentMeaning(method())
        && !fields.has(HeaderName.CONTENT_LENGTH);
  }
}
