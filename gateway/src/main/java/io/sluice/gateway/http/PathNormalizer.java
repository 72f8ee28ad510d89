package io.sluice.gateway.http;

/**
 * Gives every path one spelling before it is matched, and the same spelling is forwarded: dot
 * segments are resolved, plain and percent-encoded (RFC 3986 section 5.2.4), and empty segments
 * dropped. An encoded slash stays as it is; an encoded NUL or backslash is refused.
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
        normal &= checkEscape(bytes, query, end);
      } else if (b == '/' && query + 1 < end) {
        byte next = bytes[query + 1];
        normal &= next != '/' && next != '.';
      }
    }
    return normal ? new Range(start, query, end) : rewrite(fields, start, query, end);
  }

  /** False when the escape stands for a dot, which may hide a dot segment. */
  private static boolean checkEscape(byte[] bytes, int at, int end) {
    int value = at + 2 < end ? Ascii.hex(bytes[at + 1]) << 4 | Ascii.hex(bytes[at + 2]) : -1;
    if (value < 0) {
      throw Reason.BAD_TARGET.error();
    }
    if (value == 0 || value == '\\') {
      throw Reason.BAD_TARGET.error();
    }
    return value != '.';
  }

  private static Range rewrite(Fields fields, int start, int query, int end) {
    int out = fields.used();
    byte[] bytes = fields.reserve(end - start + 1);
    int write = out;
    int at = start;
    while (at < query) {
      int segment = at + 1;
      int segmentEnd = segment;
      while (segmentEnd < query && bytes[segmentEnd] != '/') {
        segmentEnd++;
      }
      boolean last = segmentEnd == query;
      int dots = dots(bytes, segment, segmentEnd);
      if (dots == 2) {
        if (write == out) {
          throw Reason.BAD_TARGET.error();
        }
        do {
          write--;
        } while (bytes[write] != '/');
      } else if (dots == 0 && segmentEnd > segment) {
        bytes[write++] = '/';
        System.arraycopy(bytes, segment, bytes, write, segmentEnd - segment);
        write += segmentEnd - segment;
      }
      if (last && (dots > 0 || segmentEnd == segment)) {
        bytes[write++] = '/';
      }
      at = segmentEnd;
    }
    int queryStart = write;
    System.arraycopy(bytes, query, bytes, write, end - query);
    write += end - query;
    fields.advance(write - out);
    return new Range(out, queryStart, write);
  }

  /**
   * 1 for a segment that spells ".", 2 for "..", in any mixture of plain and encoded dots; else 0.
   */
  private static int dots(byte[] bytes, int start, int end) {
    int dots = 0;
    int at = start;
    while (at < end) {
      if (bytes[at] == '.') {
        at++;
      } else if (bytes[at] == '%' && bytes[at + 1] == '2' && Ascii.lower(bytes[at + 2]) == 'e') {
        at += 3;
      } else {
        return 0;
      }
      dots++;
    }
    return dots <= 2 ? dots : 0;
  }
}
