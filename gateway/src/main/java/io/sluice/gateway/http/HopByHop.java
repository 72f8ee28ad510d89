package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.util.EnumSet;
import java.util.Set;

/**
 * Removes the header fields that end at this hop (RFC 9110 section 7.6.1): the fixed ones and those
 * that {@code Connection} lists.
 *
 * <p>Runs before the gateway adds anything of its own, so no list of a client's can remove what the
 * gateway sets. What must not be listed by a client at all was refused by {@link RequestRules}.
 */
public final class HopByHop {
  private static final Set<HeaderName> FIXED =
      EnumSet.of(
          HeaderName.CONNECTION,
          HeaderName.KEEP_ALIVE,
          HeaderName.PROXY_CONNECTION,
          HeaderName.PROXY_AUTHENTICATE,
          HeaderName.PROXY_AUTHORIZATION,
          HeaderName.TE,
          HeaderName.TRAILER,
          HeaderName.TRANSFER_ENCODING,
          HeaderName.UPGRADE,
          HeaderName.HTTP2_SETTINGS);

  /**
   * What a trailer may not be, in lower case: framing, routing, authentication, modifiers of the
   * request, controls of the response, and what the content is (RFC 9110 section 6.5.1).
   */
  private static final Set<String> NOT_IN_TRAILERS =
      Set.of(
          "age",
          "authorization",
          "cache-control",
          "client-cert",
          "client-cert-chain",
          "content-encoding",
          "content-language",
          "content-length",
          "content-location",
          "content-range",
          "content-type",
          "cookie",
          "date",
          "expect",
          "expires",
          "forwarded",
          "host",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-range",
          "if-unmodified-since",
          "location",
          "max-forwards",
          "pragma",
          "range",
          "retry-after",
          "set-cookie",
          "vary",
          "via",
          "warning",
          "www-authenticate",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-prefix",
          "x-forwarded-proto",
          "x-forwarded-server",
          "x-real-ip",
          "x-request-id");

  private static final AsciiString TRAILERS = AsciiString.cached("trailers");

  private HopByHop() {}

  /** Whether the sender of these fields wants trailers (RFC 9110 section 10.1.4). */
  public static boolean wantsTrailers(Fields fields) {
    return fields.has(HeaderName.TE) && fields.lists(HeaderName.TE, TRAILERS);
  }

  /** Whether the sender of these fields keeps the connection open after this message. */
  public static boolean keepsAlive(Fields fields, int minorVersion) {
    return minorVersion == 1 && !fields.lists(HeaderName.CONNECTION, "close");
  }

  /** Removes what ends here. */
  public static void strip(Fields fields) {
    for (int i = fields.indexOf(HeaderName.CONNECTION, 0);
        i >= 0;
        i = fields.indexOf(HeaderName.CONNECTION, 0)) {
      AsciiString listed = fields.value(i);
      fields.removeAt(i);
      removeListed(fields, listed);
    }
    for (int i = fields.count() - 1; i >= 0; i--) {
      HeaderName known = fields.known(i);
      if (known != null && FIXED.contains(known)) {
        fields.removeAt(i);
      }
    }
  }

  /** Removes from a message's trailers what no trailer may carry. */
  public static void stripTrailers(Fields trailers) {
    if (trailers.count() > 0) {
      strip(trailers);
      for (int i = trailers.count() - 1; i >= 0; i--) {
        if (NOT_IN_TRAILERS.contains(trailers.lowerName(i).toString())) {
          trailers.removeAt(i);
        }
      }
    }
  }

  /** Content-Length stays whatever the list says: it frames the message that is being passed on. */
  private static void removeListed(Fields fields, AsciiString list) {
    int start = 0;
    while (start <= list.length()) {
      int comma = list.indexOf(',', start);
      int end = comma < 0 ? list.length() : comma;
      AsciiString name = list.subSequence(start, end, false).trim();
      start = end + 1;
      if (!name.isEmpty() && !name.contentEqualsIgnoreCase(HeaderName.CONTENT_LENGTH.text())) {
        fields.remove(name);
      }
    }
  }
}
