package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Request targets that the gateway makes itself, under the rules that clients' targets are. */
public final class Targets {
  private Targets() {}

  /**
   * A path and perhaps a query in the normal form of {@link RequestHead#target}; null when it is
   * none that may be sent to a server (RFC 9112 section 3.2.1).
   */
  public static @Nullable AsciiString normal(CharSequence text) {
    if (text.isEmpty() || text.charAt(0) != '/') {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > '~' || !Ascii.isTarget((byte) text.charAt(i))) {
        return null;
      }
    }
    Fields bytes = new Fields();
    int start = bytes.append(text);
    try {
      PathNormalizer.Range range = PathNormalizer.normalize(bytes, start, start + text.length());
      return bytes.view(range.start(), range.end() - range.start());
    } catch (ProxyError unfit) {
      return null;
    }
  }

  /** Where the query begins, with its question mark; the end where there is none. */
  public static int queryStart(AsciiString target) {
    int query = target.indexOf('?', 0);
    return query < 0 ? target.length() : query;
  }
}
