package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;

/**
 * Collects the bytes of one head until its empty line and splits them into a start line and {@link
 * Fields}.
 *
 * <p>Strict where RFC 9112 lets a recipient be lenient (sections 2.2, 5.1 and 5.2): every line ends
 * in CRLF, nothing is folded, no space stands before a colon. It never reads past the empty line,
 * so what follows stays in the buffer. One thread.
 */
final class HeadReader {
  /** What is read, for the few places where the rules differ. */
  enum Kind {
    REQUEST,
    RESPONSE,
    TRAILERS
  }

  private static final int STEP_BYTES = 512;

  private final Kind kind;
  private final HeadLimits limits;
  private final Fields fields;
  private int scanned;
  private int lineStart;
  private int startLineStart;
  private int startLineEnd;
  private boolean startLineSeen;
  private boolean leadingLineSeen;

  HeadReader(Kind kind, HeadLimits limits, Fields fields) {
    this.kind = kind;
    this.limits = limits;
    this.fields = fields;
    reset();
  }

  void reset() {
    fields.clear();
    scanned = 0;
    lineStart = 0;
    startLineStart = 0;
    startLineEnd = 0;
    startLineSeen = kind == Kind.TRAILERS;
    leadingLineSeen = false;
  }

  /** Whether any byte of a head has arrived. */
  boolean started() {
    return fields.used() > 0;
  }

  int startLineStart() {
    return startLineStart;
  }

  int startLineEnd() {
    return startLineEnd;
  }

  /**
   * Takes what belongs to the head out of {@code in}.
   *
   * @return true when the head is complete
   * @throws ProxyError when it can no longer become one
   */
  boolean feed(ByteBuf in) {
    int left = Math.min(in.readableBytes(), limits.headBytes() - fields.used() + 1);
    // Step by step, since most of the bytes may belong to the body.
    while (left > 0) {
      int taken = Math.min(left, STEP_BYTES);
      if (take(in, taken)) {
        return true;
      }
      left -= taken;
    }
    int end = fields.used();
    if (!startLineSeen && end - lineStart > limits.startLineBytes()) {
      throw Reason.TARGET_TOO_LONG.error();
    }
    if (end > limits.headBytes()) {
      throw Reason.HEAD_TOO_LARGE.error();
    }
    return false;
  }

  /** Takes so many bytes, or fewer if the head ends before; whether it does. */
  private boolean take(ByteBuf in, int count) {
    int before = fields.used();
    byte[] bytes = fields.reserve(count);
    in.getBytes(in.readerIndex(), bytes, before, count);
    fields.advance(count);
    int end = before + count;
    for (; scanned < end; scanned++) {
      if (bytes[scanned] == Ascii.LF && line(bytes, lineStart, scanned)) {
        in.skipBytes(scanned + 1 - before);
        return true;
      }
    }
    in.skipBytes(count);
    return false;
  }

  /**
   * Takes the line that ends with the LF at {@code lf}; true when it is the empty one that ends the
   * head.
   */
  private boolean line(byte[] bytes, int start, int lf) {
    int end = lf - 1;
    if (end < start || bytes[end] != Ascii.CR) {
      throw Reason.BARE_LF.error();
    }
    lineStart = lf + 1;
    if (!startLineSeen) {
      startLine(start, end);
      return false;
    }
    if (end == start) {
      return true;
    }
    if (fields.count() >= limits.fields()) {
      throw Reason.TOO_MANY_FIELDS.error();
    }
    field(bytes, start, end);
    return false;
  }

  private void startLine(int start, int end) {
    if (end == start) {
      // RFC 9112 section 2.2: one empty line before a request is a habit of old clients.
      if (kind != Kind.REQUEST || leadingLineSeen) {
        throw Reason.BAD_REQUEST_LINE.error();
      }
      leadingLineSeen = true;
      return;
    }
    if (end - start > limits.startLineBytes()) {
      throw Reason.TARGET_TOO_LONG.error();
    }
    startLineStart = start;
    startLineEnd = end;
    startLineSeen = true;
  }

  private void field(byte[] bytes, int start, int end) {
    if (bytes[start] == ' ' || bytes[start] == '\t') {
      throw Reason.OBSOLETE_FOLDING.error();
    }
    boolean underscore = false;
    int colon = start;
    while (colon < end && Ascii.isToken(bytes[colon])) {
      underscore |= bytes[colon] == '_';
      colon++;
    }
    if (colon == start || colon == end || bytes[colon] != ':') {
      throw Reason.BAD_FIELD_NAME.error();
    }
    int valueStart = colon + 1;
    while (valueStart < end && isBlank(bytes[valueStart])) {
      valueStart++;
    }
    int valueEnd = end;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) {
      valueEnd--;
    }
    for (int i = valueStart; i < valueEnd; i++) {
      if (!Ascii.isFieldValue(bytes[i])) {
        throw Reason.BAD_FIELD_VALUE.error();
      }
    }
    // A server behind us may fold X_Real_IP and X-Real-IP into one name, so a client could forge
    // the one with the other.
    if (underscore && kind != Kind.RESPONSE) {
      return;
    }
    fields.slot(start, colon - start, valueStart, valueEnd - valueStart);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}
