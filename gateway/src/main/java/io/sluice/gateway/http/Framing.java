package io.sluice.gateway.http;

/** How a body is delimited (RFC 9112 section 6): a length in bytes, or one of these. */
public final class Framing {
  /** No body follows. */
  public static final long NONE = 0;

  /** Chunks, then trailers. */
  public static final long CHUNKED = -1;

  /** Everything until the server closes; responses only. */
  public static final long UNTIL_CLOSE = -2;

  /** No message any more: bytes pass both ways until one side closes (RFC 9110 section 7.8). */
  public static final long TUNNEL = -3;

  private static final int MAX_DIGITS = 18;

  private Framing() {}

  /**
   * The value of the only Content-Length, or -1 when there is none.
   *
   * @throws ProxyError when it is not one canonical decimal number of at most 18 digits
   */
  static long contentLength(Fields fields) {
    int i = fields.indexOf(HeaderName.CONTENT_LENGTH, 0);
    if (i < 0) {
      return -1;
    }
    if (fields.indexOf(HeaderName.CONTENT_LENGTH, i + 1) >= 0) {
      throw Reason.DUPLICATE_CONTENT_LENGTH.error();
    }
    var value = fields.value(i);
    int digits = value.length();
    if (digits == 0 || digits > MAX_DIGITS || (digits > 1 && value.byteAt(0) == '0')) {
      throw Reason.BAD_CONTENT_LENGTH.error();
    }
    long length = 0;
    for (int d = 0; d < digits; d++) {
      byte b = value.byteAt(d);
      if (!Ascii.isDigit(b)) {
        throw Reason.BAD_CONTENT_LENGTH.error();
      }
      length = length * 10 + (b - '0');
    }
    return length;
  }

  /**
   * Whether the only Transfer-Encoding says chunked.
   *
   * @throws ProxyError when it says anything else
   */
  static boolean isChunked(Fields fields) {
    int i = fields.indexOf(HeaderName.TRANSFER_ENCODING, 0);
    if (i < 0) {
      return false;
    }
    if (fields.indexOf(HeaderName.TRANSFER_ENCODING, i + 1) >= 0) {
      throw Reason.BAD_TRANSFER_ENCODING.error();
    }
    var value = fields.value(i);
    if (value.contentEqualsIgnoreCase("chunked")) {
      return true;
    }
    boolean known =
        value.contentEqualsIgnoreCase("gzip, chunked")
            || value.contentEqualsIgnoreCase("deflate, chunked");
    throw (known ? Reason.UNSUPPORTED_TRANSFER_ENCODING : Reason.BAD_TRANSFER_ENCODING).error();
  }
}
