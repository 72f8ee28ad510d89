package io.sluice.gateway.route;

import io.netty.util.AsciiString;

/** A part of a pattern: a literal or one of the placeholders. */
sealed interface Piece {
  /** Where the match of this piece that starts at {@code from} ends, or -1. */
  int match(AsciiString text, int from, char separator);

  /** The text itself. */
  record Literal(AsciiString literal) implements Piece {
    @Override
    public int match(AsciiString text, int from, char separator) {
      return text.regionMatches(false, from, literal, 0, literal.length())
          ? from + literal.length()
          : -1;
    }
  }

  /** {@code <name>} or {@code <string:name>}: everything up to the separator, possibly nothing. */
  record Any() implements Piece {
    @Override
    public int match(AsciiString text, int from, char separator) {
      int end = text.indexOf(separator, from);
      return end < 0 ? text.length() : end;
    }
  }

  /** {@code <int:name>}: one digit or more. */
  record Digits() implements Piece {
    @Override
    public int match(AsciiString text, int from, char separator) {
      int end = from;
      while (end < text.length() && text.byteAt(end) >= '0' && text.byteAt(end) <= '9') {
        end++;
      }
      return end > from ? end : -1;
    }
  }

  /** {@code <path:name>}: everything to the end. */
  record Rest() implements Piece {
    @Override
    public int match(AsciiString text, int from, char separator) {
      return text.length();
    }
  }
}
