package io.sluice.gateway.http;

/** What a message says of its content (RFC 9110 section 8). */
public final class Representation {
  private static final String[] OF_THE_OTHER_BODY = {
    "Content-Encoding",
    "Content-Language",
    "Content-Range",
    "Content-Disposition",
    "Accept-Ranges",
    "ETag",
    "Last-Modified",
    "Digest",
    "Repr-Digest",
    "Content-Digest",
    "Trailer"
  };

  private Representation() {}

  /**
   * The content is another one: nothing that was said of the first is left.
   *
   * @param type its media type
   * @param bytes its length
   */
  public static void replace(Fields fields, CharSequence type, int bytes) {
    for (String name : OF_THE_OTHER_BODY) {
      fields.remove(name);
    }
    fields.set(HeaderName.CONTENT_TYPE, type);
    fields.set(HeaderName.CONTENT_LENGTH, Integer.toString(bytes));
  }
}
