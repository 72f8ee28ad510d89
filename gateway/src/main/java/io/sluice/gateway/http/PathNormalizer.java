package io.sluice.gateway.http;

/**
 * Gives every path one spelling before it is matched, and the same spelling is forwarded (RFC 3986
 * section 6.2.2): escapes of characters that need none are decoded, the others written in upper
 * case, dot segments resolved and empty segments dropped. An encoded slash stays encoded; an
 * encoded NUL or backslash is refused.
 */
final class PathNormalizer {
  /**
   * Where a target stands in the head's bytes.
   *
   * @param start the first byte, a slash
   * @param queryStart the question mark, or {@code end}
   * @param end after the last byte
   */
  record Range(int start, int queryStart, int end) {}

  private PathNormalizer() {}

  /**
   * The normal form of the target at {@code [start, end)}: the same bytes where nothing had to
   * change, else a copy behind them.
   *
   * @throws ProxyError when the path leaves the root or holds what no path may hold
   */
  static Range normalize(Fields fields, int start, int end) {
    byte[] bytes = fields.bytes();
    boolean normal = true;
    int query = start;
    for (; query < end && bytes[query] != '?'; query++) {
      byte b = bytes[query];
      if (b == '%') {
        int value = escaped(bytes, query, end);
        normal &=
            !Ascii.isUnreserved(value) && isUpper(bytes[query + 1]) && isUpper(bytes[query + 2]);
      } else if (b == '/' && query + 1 < end) {
        byte next = bytes[query + 1];
        normal &= next != '/' && next != '.';
      }
    }
    return normal ? new Range(start, query, end) : rewrite(fields, start, query, end);
  }

  /** The byte that the escape at {@code at} stands for. */
  private static int escaped(byte[] bytes, int at, int end) {
    int value = at + 2 < end ? Ascii.hex(bytes[at + 1]) << 4 | Ascii.hex(bytes[at + 2]) : -1;
    if (value <= 0 || value == '\\') {
      throw Reason.BAD_TARGET.error();
    }
    return value;
  }

  private static boolean isUpper(byte hex) {
    return hex < 'a';
  }

  private static Range rewrite(Fields fields, int start, int query, int end) {
    int out = fields.used();
    byte[] bytes = fields.reserve(end - start);
    int decodedEnd = decode(bytes, start, query, out);
    int queryStart = resolve(bytes, out, decodedEnd);
    System.arraycopy(bytes, query, bytes, queryStart, end - query);
    int rewrittenEnd = queryStart + end - query;
    fields.advance(rewrittenEnd - out);
    return new Range(out, queryStart, rewrittenEnd);
  }

  /**
   * Copies the path to {@code out} with its escapes in their one form; returns where the copy ends.
   */
  private static int decode(byte[] bytes, int start, int end, int out) {
    int write = out;
    int at = start;
    while (at < end) {
      int value = bytes[at] == '%' ? escaped(bytes, at, end) : 0;
      if (value == 0) {
        bytes[write++] = bytes[at++];
        continue;
      }
      if (Ascii.isUnreserved(value)) {
        bytes[write++] = (byte) value;
      } else {
        bytes[write++] = '%';
        bytes[write++] = Ascii.upper(bytes[at + 1]);
        bytes[write++] = Ascii.upper(bytes[at + 2]);
      }
      at += 3;
    }
    return write;
  }

  /**
   * Drops empty and dot segments of the path at {@code [start, end)} in place (RFC 3986 section
   * 5.2.4); returns where it ends.
   */
  private static int resolve(byte[] bytes, int start, int end) {
    int write = start;
    int at = start;
    while (at < end) {
      int segment = at + 1;
      int segmentEnd = segment;
      while (segmentEnd < end && bytes[segmentEnd] != '/') {
        segmentEnd++;
      }
      int length = segmentEnd - segment;
      boolean up = length == 2 && bytes[segment] == '.' && bytes[segment + 1] == '.';
      boolean stays = length > 0 && !up && !(length == 1 && bytes[segment] == '.');
      if (stays && hidesDots(bytes, segment, segmentEnd)) {
        throw Reason.BAD_TARGET.error();
      }
      if (up) {
        if (write == start) {
          throw Reason.BAD_TARGET.error();
        }
        do {
          write--;
        } while (bytes[write] != '/');
      } else if (stays) {
        bytes[write++] = '/';
        System.arraycopy(bytes, segment, bytes, write, length);
        write += length;
      }
      if (segmentEnd == end && !stays) {
        bytes[write++] = '/';
      }
      at = segmentEnd;
    }
    return write;
  }

  /**
   * Whether a segment holds a dot segment for a server that ends segments at {@code ;} as well, as
   * servlet containers do, or at an escaped slash or backslash.
   */
  private static boolean hidesDots(byte[] bytes, int start, int end) {
    int from = start;
    while (from < end) {
      int dots = from;
      while (dots < end && bytes[dots] == '.') {
        dots++;
      }
      boolean few = dots - from == 1 || dots - from == 2;
      if (few && (dots == end ? from > start : endsSegment(bytes, dots, end))) {
        return true;
      }
      from = dots;
      while (from < end && !isEscapedSlash(bytes, from, end)) {
        from++;
      }
      from += 3;
    }
    return false;
  }

  private static boolean endsSegment(byte[] bytes, int at, int end) {
    return bytes[at] == ';' || isEscapedSlash(bytes, at, end);
  }

  /** The escapes are in upper case by now. */
  private static boolean isEscapedSlash(byte[] bytes, int at, int end) {
    return at + 2 < end
        && bytes[at] == '%'
        && ((bytes[at + 1] == '2' && bytes[at + 2] == 'F')
            || (bytes[at + 1] == '5' && bytes[at + 2] == 'C'));
  }
}
