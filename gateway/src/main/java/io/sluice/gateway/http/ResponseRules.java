package io.sluice.gateway.http;

import io.netty.util.AsciiString;

/**
 * Which response heads are passed on: RFC 9112 sections 4 and 6.3, as strict as {@link
 * RequestRules}.
 */
final class ResponseRules {
  private ResponseRules() {}

  /**
   * Reads the status line at {@code [start, end)} of the head's bytes and checks the whole head.
   *
   * @throws ProxyError when the head is refused
   */
  static void apply(ResponseHead head, int start, int end, boolean toHead, AsciiString upgrade) {
    byte[] bytes = head.fields().bytes();
    boolean shaped =
        end - start >= 12
            && bytes[start] == 'H'
            && bytes[start + 1] == 'T'
            && bytes[start + 2] == 'T'
            && bytes[start + 3] == 'P'
            && bytes[start + 4] == '/'
            && bytes[start + 5] == '1'
            && bytes[start + 6] == '.'
            && (bytes[start + 7] == '0' || bytes[start + 7] == '1')
            && bytes[start + 8] == ' '
            && Ascii.isDigit(bytes[start + 9])
            && Ascii.isDigit(bytes[start + 10])
            && Ascii.isDigit(bytes[start + 11])
            && (end - start == 12 || bytes[start + 12] == ' ');
    if (!shaped) {
      throw Reason.BAD_RESPONSE.error();
    }
    int status =
        (bytes[start + 9] - '0') * 100 + (bytes[start + 10] - '0') * 10 + (bytes[start + 11] - '0');
    if (status < 100 || status > 599) {
      throw Reason.BAD_RESPONSE.error();
    }
    for (int i = start + 12; i < end; i++) {
      if (!Ascii.isFieldValue(bytes[i])) {
        throw Reason.BAD_RESPONSE.error();
      }
    }
    head.parsed(status, bytes[start + 7] - '0');
    head.framing(status == 101 ? tunnel(head, upgrade) : framing(head, toHead));
  }

  /** 101 ends HTTP on this connection: only where the request asked for it, and for the same. */
  private static long tunnel(ResponseHead head, AsciiString upgrade) {
    AsciiString accepted = head.fields().first(HeaderName.UPGRADE);
    if (upgrade.isEmpty() || accepted == null || !accepted.contentEqualsIgnoreCase(upgrade)) {
      throw Reason.BAD_RESPONSE.error();
    }
    return Framing.TUNNEL;
  }

  private static long framing(ResponseHead head, boolean toHead) {
    Fields fields = head.fields();
    boolean encoded = fields.has(HeaderName.TRANSFER_ENCODING);
    long length = Framing.contentLength(fields);
    if (encoded && (length >= 0 || head.minorVersion() == 0)) {
      throw Reason.BAD_RESPONSE.error();
    }
    boolean chunked = Framing.isChunked(fields);
    int status = head.status();
    if (status < 200 || status == 204) {
      fields.remove(HeaderName.CONTENT_LENGTH);
      return Framing.NONE;
    }
    if (toHead || status == 304) {
      return Framing.NONE;
    }
    if (chunked) {
      return Framing.CHUNKED;
    }
    return length >= 0 ? length : Framing.UNTIL_CLOSE;
  }
}
