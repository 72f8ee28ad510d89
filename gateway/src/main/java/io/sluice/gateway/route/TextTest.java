package io.sluice.gateway.route;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a matcher wants a text to be. */
sealed interface TextTest {
  /**
   * Whether a text is what is wanted.
   *
   * @throws MatchFailure when that takes too long to tell
   */
  boolean test(AsciiString text);

  /** The text that every match starts with; empty where none is known. */
  String literalPrefix();

  /**
   * How much literal text it begins with, wherever that may stand: what is longer is taken to be
   * more specific.
   */
  default int literalStart() {
    return literalPrefix().length();
  }

  /** How much literal text there is in it, all together. */
  default int literalText() {
    return literalPrefix().length();
  }

  /** What every text matches that begins with it; null where none is known. */
  default @Nullable String sufficientPrefix() {
    return null;
  }

  /** The text itself. */
  record Exact(AsciiString wanted) implements TextTest {
    @Override
    public boolean test(AsciiString text) {
      return wanted.contentEquals(text);
    }

    @Override
    public String literalPrefix() {
      return wanted.toString();
    }
  }

  /**
   * Literals and {@code <name>}s, each of which reaches to the next separator or to the end, so one
   * pass decides.
   */
  record Segments(List<Piece> pieces, char separator) implements TextTest {
    @Override
    public boolean test(AsciiString text) {
      int at = 0;
      for (Piece piece : pieces) {
        at = piece.match(text, at, separator);
        if (at < 0) {
          return false;
        }
      }
      return at == text.length();
    }

    @Override
    public String literalPrefix() {
      return pieces.getFirst() instanceof Piece.Literal(AsciiString literal)
          ? literal.toString()
          : "";
    }

    @Override
    public int literalText() {
      int length = 0;
      for (Piece piece : pieces) {
        length += piece instanceof Piece.Literal(AsciiString literal) ? literal.length() : 0;
      }
      return length;
    }

    @Override
    public @Nullable String sufficientPrefix() {
      boolean one = pieces.size() == 1;
      boolean literalFirst = pieces.size() == 2 && pieces.getFirst() instanceof Piece.Literal;
      return pieces.getLast() instanceof Piece.Rest && (one || literalFirst)
          ? literalPrefix()
          : null;
    }
  }

  /** A regular expression that is found anywhere in the text, in time linear in its length. */
  record Regexp(Pattern pattern, int size, String literalPrefix, int literalStart)
      implements TextTest {
    private static final String ANYTHING = ".*";
    private static final String SPECIAL = "\\.+*?()|[]{}^$";

    @Override
    public boolean test(AsciiString text) {
      try {
        return pattern.matcher(MeasuredText.of(text, size)).find();
      } catch (StackOverflowError tooDeep) {
        throw new MatchFailure();
      }
    }

    /** Of {@code .*}, {@code ^/a}, {@code ^/a.*$} and their like. */
    @Override
    public @Nullable String sufficientPrefix() {
      String text = pattern.pattern();
      boolean open = !text.endsWith("$");
      String rest = open ? text : text.substring(0, text.length() - 1);
      boolean anything = rest.endsWith(ANYTHING);
      rest = anything ? rest.substring(0, rest.length() - ANYTHING.length()) : rest;
      rest = rest.startsWith("^") ? rest.substring(1) : rest;
      boolean literal = rest.chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0);
      return literal && (open || anything) ? rest : null;
    }
  }
}
