package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one request is found again by: the client's own {@code X-Request-Id} where that can be one,
 * else 128 random bits. The same in the request to a server, the response, the gateway's own errors
 * and the log. Reads the bytes of the head that it was made of and lives as long.
 */
public final class RequestId {
  private static final int MOST_CHARS = 128;
  private static final int HEX_DIGITS = 16;

  private final @Nullable AsciiString said;
  private final long first;
  private final long second;

  private RequestId(@Nullable AsciiString said, long first, long second) {
    this.said = said;
    this.first = first;
    this.second = second;
  }

  /** The id of a request with these fields. */
  public static RequestId of(Fields fields) {
    AsciiString said = fields.first(HeaderName.X_REQUEST_ID);
    if (said != null && isId(said)) {
      return new RequestId(said, 0, 0);
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new RequestId(null, random.nextLong(), random.nextLong());
  }

  /** Visible ASCII that needs no escaping anywhere, and one value. */
  private static boolean isId(AsciiString said) {
    if (said.isEmpty() || said.length() > MOST_CHARS) {
      return false;
    }
    for (int i = 0; i < said.length(); i++) {
      byte b = said.byteAt(i);
      if (b <= ' ' || b > '~' || b == '"' || b == '\\' || b == ',' || b == '<' || b == '>') {
        return false;
      }
    }
    return true;
  }

  /** Makes it the only one among these fields. */
  public void setIn(Fields fields) {
    if (said == null) {
      fields.remove(HeaderName.X_REQUEST_ID);
      fields.addHex(HeaderName.X_REQUEST_ID, first, second);
    } else if (fields.bytes() != said.array() || !fields.has(HeaderName.X_REQUEST_ID)) {
      fields.set(HeaderName.X_REQUEST_ID, said);
    }
  }

  /** As people quote it. */
  @Override
  public String toString() {
    return said == null ? hex(first) + hex(second) : said.toString();
  }

  private static String hex(long bits) {
    String digits = Long.toHexString(bits);
    return "0".repeat(HEX_DIGITS - digits.length()) + digits;
  }
}
