package io.sluice.gateway.http;

import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link ResponseHead} out of an HTTP/2 header section (RFC 9113 sections 8.2 and 8.3.2),
 * as strict as {@link ResponseRules}.
 */
public final class Http2ResponseRules {
  private Http2ResponseRules() {}

  /** Empties the head for the next response. */
  public static void begin(ResponseHead head) {
    head.set(0, Framing.NONE);
  }

  /**
   * Adds a field that is no pseudo-header.
   *
   * @throws ProxyError when it may not stand in a message, or is one too many
   */
  public static void field(ResponseHead head, CharSequence name, CharSequence value) {
    Http2RequestRules.add(head.fields(), name, value, HeadLimits.RESPONSE);
  }

  /**
   * Checks the head once all fields are in.
   *
   * @param status three digits
   * @param ends whether no body follows
   * @param toHead whether the request was a HEAD
   * @throws ProxyError {@link Reason#BAD_RESPONSE} when it is refused
   */
  public static void apply(
      ResponseHead head, @Nullable CharSequence status, boolean ends, boolean toHead) {
    int code = status == null || status.length() != 3 ? 0 : number(status);
    if (code < 100 || code > 599 || code == 101 || (code < 200 && ends)) {
      throw Reason.BAD_RESPONSE.error();
    }
    head.parsed(code, 1);
    Fields fields = head.fields();
    long length;
    try {
      length = Framing.contentLength(fields);
    } catch (ProxyError refused) {
      throw Reason.BAD_RESPONSE.error();
    }
    boolean bodiless = code < 200 || code == 204 || code == 304 || toHead;
    if (code < 200 || code == 204) {
      fields.remove(HeaderName.CONTENT_LENGTH);
    }
    if (ends) {
      if (length > 0 && !bodiless) {
        throw Reason.BAD_RESPONSE.error();
      }
      head.framing(Framing.NONE);
    } else if (bodiless) {
      head.framing(Framing.NONE);
    } else if (length > 0) {
      head.framing(length);
    } else {
      // A length of nothing on a stream that goes on: trailers follow, which need chunks in HTTP/1.
      fields.remove(HeaderName.CONTENT_LENGTH);
      head.framing(Framing.CHUNKED);
    }
  }

  private static int number(CharSequence digits) {
    int number = 0;
    for (int i = 0; i < digits.length(); i++) {
      if (!Ascii.isDigit((byte) digits.charAt(i))) {
        return 0;
      }
      number = number * 10 + digits.charAt(i) - '0';
    }
    return number;
  }
}
