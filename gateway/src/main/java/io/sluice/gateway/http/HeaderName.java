package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The header names that the gateway itself acts on, found once while a head is parsed. */
public enum HeaderName {
  AUTHORIZATION("Authorization"),
  CLIENT_CERT("Client-Cert"),
  CLIENT_CERT_CHAIN("Client-Cert-Chain"),
  CONNECTION("Connection"),
  CONTENT_LENGTH("Content-Length"),
  CONTENT_TYPE("Content-Type"),
  COOKIE("Cookie"),
  DATE("Date"),
  EXPECT("Expect"),
  FORWARDED("Forwarded"),
  GRPC_TIMEOUT("grpc-timeout"),
  HOST("Host"),
  HTTP2_SETTINGS("HTTP2-Settings"),
  KEEP_ALIVE("Keep-Alive"),
  PROXY_AUTHENTICATE("Proxy-Authenticate"),
  PROXY_AUTHORIZATION("Proxy-Authorization"),
  PROXY_CONNECTION("Proxy-Connection"),
  RETRY_AFTER("Retry-After"),
  SET_COOKIE("Set-Cookie"),
  TE("TE"),
  TRAILER("Trailer"),
  TRANSFER_ENCODING("Transfer-Encoding"),
  UPGRADE("Upgrade"),
  VIA("Via"),
  X_FORWARDED_FOR("X-Forwarded-For"),
  X_FORWARDED_HOST("X-Forwarded-Host"),
  X_FORWARDED_PORT("X-Forwarded-Port"),
  X_FORWARDED_PREFIX("X-Forwarded-Prefix"),
  X_FORWARDED_PROTO("X-Forwarded-Proto"),
  X_FORWARDED_SERVER("X-Forwarded-Server"),
  X_REAL_IP("X-Real-IP"),
  X_REQUEST_ID("X-Request-Id");

  private static final HeaderName[][] BY_LENGTH = byLength();

  private final AsciiString text;
  private final AsciiString lowerText;
  private final byte[] lower;

  HeaderName(String text) {
    this.text = AsciiString.cached(text);
    this.lowerText = AsciiString.cached(text.toLowerCase(Locale.ROOT));
    this.lower = lowerText.toByteArray();
  }

  /** As it is written on the wire. */
  public AsciiString text() {
    return text;
  }

  /** As HTTP/2 writes it (RFC 9113 section 8.2). */
  public AsciiString lowerText() {
    return lowerText;
  }

  /** The known name that these bytes spell in any case, or null. */
  static @Nullable HeaderName find(byte[] bytes, int start, int length) {
    if (length >= BY_LENGTH.length) {
      return null;
    }
    for (HeaderName candidate : BY_LENGTH[length]) {
      if (candidate.isSpelledAt(bytes, start)) {
        return candidate;
      }
    }
    return null;
  }

  private boolean isSpelledAt(byte[] bytes, int start) {
    for (int i = 0; i < lower.length; i++) {
      if (Ascii.lower(bytes[start + i]) != lower[i]) {
        return false;
      }
    }
    return true;
  }

  private static HeaderName[][] byLength() {
    int longest = 0;
    for (HeaderName name : values()) {
      longest = Math.max(longest, name.lower.length);
    }
    HeaderName[][] table = new HeaderName[longest + 1][];
    for (int length = 0; length <= longest; length++) {
      int wanted = length;
      table[length] =
          java.util.Arrays.stream(values())
              .filter(n -> n.lower.length == wanted)
              .toArray(HeaderName[]::new);
    }
    return table;
  }
}
