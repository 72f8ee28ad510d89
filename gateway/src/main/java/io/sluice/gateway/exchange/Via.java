package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What a gateway writes into every request that it forwards, so that it knows one that comes back
 * (RFC 9110 section 7.6.3): a name that it made up when it started, which tells nobody where it is.
 */
final class Via {
  private static final int MOST_HOPS = 30;

  private final AsciiString name;
  private final AsciiString http10;
  private final AsciiString http11;
  private final AsciiString http2;

  Via() {
    byte[] random = new byte[6];
    new SecureRandom().nextBytes(random);
    String made = "sluice-" + HexFormat.of().formatHex(random);
    this.name = AsciiString.cached(made);
    this.http10 = AsciiString.cached("1.0 " + made);
    this.http11 = AsciiString.cached("1.1 " + made);
    this.http2 = AsciiString.cached("2 " + made);
  }

  /** Whether a request has been here before, or has come through more than any sensible number. */
  boolean isLoop(Fields fields) {
    int hops = 0;
    for (int i = fields.indexOf(HeaderName.VIA, 0);
        i >= 0;
        i = fields.indexOf(HeaderName.VIA, i + 1)) {
      AsciiString list = fields.value(i);
      if (list.contains(name)) {
        return true;
      }
      hops++;
      for (int comma = list.indexOf(',', 0); comma >= 0; comma = list.indexOf(',', comma + 1)) {
        hops++;
      }
    }
    return hops > MOST_HOPS;
  }

  /** What is added for a request that came in this version of HTTP. */
  AsciiString element(AsciiString version) {
    if (version.length() == 1) {
      return http2;
    }
    return version.byteAt(2) == '0' ? http10 : http11;
  }
}
