package io.sluice.gateway.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes the test out of a matcher's text. */
final class PatternCompiler {
  private static final String REGEXP_SPECIAL = "\\.+*?()|[]{}^$";

  /** A thread's stack and a few milliseconds are enough for so many. */
  private static final int MOST_INSTRUCTIONS = 1_000;

  private PatternCompiler() {}

  /**
   * The test for {@code Host}, {@code Path}, {@code Method} and {@code Header}: exact unless it
   * holds placeholders.
   *
   * @throws RouteSyntaxException for an empty text or an unknown placeholder type
   */
  static TextTest pattern(String text, Condition.Subject subject) throws RouteSyntaxException {
    if (text.isEmpty() && subject != Condition.Subject.HEADER) {
      throw new RouteSyntaxException("an empty text", "what the request must have there");
    }
    String wanted = subject == Condition.Subject.HOST ? host(text) : text;
    List<Piece> pieces = pieces(wanted);
    if (pieces.isEmpty()) {
      return new TextTest.Exact(AsciiString.of(wanted));
    }
    if (pieces.size() == 1 && pieces.getFirst() instanceof Piece.Literal(AsciiString literal)) {
      return new TextTest.Exact(literal);
    }
    return endsAtSeparators(pieces, subject.separator)
        ? new TextTest.Segments(List.copyOf(pieces), subject.separator)
        : compiled(
            asRegexp(pieces, subject.separator),
            0,
            leadingLiteral(pieces),
            leadingLiteral(pieces).length());
  }

  /**
   * The test for the {@code Regexp} forms: RE2 syntax, found anywhere in the text. Hosts are
   * compared without case.
   *
   * @throws RouteSyntaxException for what RE2 does not read
   */
  static TextTest regexp(String text, Condition.Subject subject) throws RouteSyntaxException {
    int flags = subject == Condition.Subject.HOST ? Pattern.CASE_INSENSITIVE : 0;
    // Found anywhere unless it is anchored: then only does what it begins with begin the text.
    String start = leadingText(text);
    return compiled(text, flags, flags == 0 && text.startsWith("^") ? start : "", start.length());
  }

  /** Compiles what is small enough, and tries it before a request does. */
  static TextTest.Regexp compiled(String regexp, int flags, String literalPrefix, int literalStart)
      throws RouteSyntaxException {
    if (RegexpSize.of(regexp) > RegexpSize.MOST) {
      throw tooLarge();
    }
    try {
      Pattern pattern = Pattern.compile(regexp, flags);
      if (pattern.programSize() > MOST_INSTRUCTIONS) {
        throw tooLarge();
      }
      TextTest.Regexp test =
          new TextTest.Regexp(pattern, pattern.programSize(), literalPrefix, literalStart);
      if (!Trial.passes(test, regexp)) {
        throw new RouteSyntaxException(
            "a regular expression whose comparison is nested too deeply", "a simpler one");
      }
      return test;
    } catch (PatternSyntaxException unreadable) {
      throw new RouteSyntaxException(
          "`" + regexp + "`: " + unreadable.getDescription(), "a regular expression in RE2 syntax");
    }
  }

  private static RouteSyntaxException tooLarge() {
    return new RouteSyntaxException(
        "a pattern that is too large with its repetitions written out",
        "at most " + MOST_INSTRUCTIONS + " pieces");
  }

  /** Requests arrive here in lower case, without a port and the dot of an absolute name. */
  private static String host(String text) throws RouteSyntaxException {
    boolean v6 = text.startsWith("[") && text.endsWith("]");
    if (text.indexOf(':') >= 0 && !v6 && text.indexOf('<') < 0) {
      throw new RouteSyntaxException(
          "\"" + text + "\"", "a host without a port, since a route matches at every port");
    }
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.length() > 1 && lower.endsWith(".")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }

  private static List<Piece> pieces(String text) throws RouteSyntaxException {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      int close = text.charAt(at) == '<' ? text.indexOf('>', at) : -1;
      if (close < 0) {
        literal.append(text.charAt(at++));
        continue;
      }
      if (!literal.isEmpty()) {
        pieces.add(new Piece.Literal(AsciiString.of(literal)));
        literal.setLength(0);
      }
      pieces.add(placeholder(text.substring(at + 1, close)));
      at = close + 1;
    }
    if (!literal.isEmpty()) {
      pieces.add(new Piece.Literal(AsciiString.of(literal)));
    }
    return pieces;
  }

  private static Piece placeholder(String inside) throws RouteSyntaxException {
    int colon = inside.indexOf(':');
    String type = colon < 0 ? "string" : inside.substring(0, colon);
    return switch (type) {
      case "string" -> new Piece.Any();
      case "int" -> new Piece.Digits();
      case "path" -> new Piece.Rest();
      default ->
          throw new RouteSyntaxException("<" + inside + ">", "<name>, <int:name> or <path:name>");
    };
  }

  /**
   * Whether each placeholder is followed by the separator or the end, so that its greedy match is
   * the only one.
   */
  private static boolean endsAtSeparators(List<Piece> pieces, char separator) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      boolean bounded =
          pieces.get(i) instanceof Piece.Literal
              || (!(pieces.get(i) instanceof Piece.Rest)
                  && pieces.get(i + 1) instanceof Piece.Literal(AsciiString next)
                  && next.charAt(0) == separator);
      if (!bounded) {
        return false;
      }
    }
    return true;
  }

  private static String asRegexp(List<Piece> pieces, char separator) {
    StringBuilder regexp = new StringBuilder("^");
    for (Piece piece : pieces) {
      regexp.append(
          switch (piece) {
            case Piece.Literal(AsciiString literal) -> Pattern.quote(literal.toString());
            case Piece.Any() -> "[^" + Pattern.quote(String.valueOf(separator)) + "]*";
            case Piece.Digits() -> "[0-9]+";
            case Piece.Rest() -> ".*";
          });
    }
    return regexp.append('$').toString();
  }

  private static String leadingLiteral(List<Piece> pieces) {
    return pieces.getFirst() instanceof Piece.Literal(AsciiString literal)
        ? literal.toString()
        : "";
  }

  /** What every match of {@code literal…} starts with; empty when it has a choice at its top. */
  private static String leadingText(String regexp) {
    int from = regexp.startsWith("^") ? 1 : 0;
    if (hasChoiceAtItsTop(regexp)) {
      return "";
    }
    StringBuilder literal = new StringBuilder();
    for (int at = from; at < regexp.length(); at++) {
      char c = regexp.charAt(at);
      if (c == '\\'
          && at + 1 < regexp.length()
          && !Character.isLetterOrDigit(regexp.charAt(at + 1))) {
        literal.append(regexp.charAt(++at));
      } else if (REGEXP_SPECIAL.indexOf(c) < 0) {
        literal.append(c);
      } else {
        boolean repeats = c == '*' || c == '?' || c == '{';
        if (repeats && !literal.isEmpty()) {
          literal.setLength(literal.length() - 1);
        }
        break;
      }
    }
    return literal.toString();
  }

  /** Whether there is a bar that no bracket encloses; one that is quoted counts, which is safe. */
  private static boolean hasChoiceAtItsTop(String regexp) {
    int depth = 0;
    for (int at = 0; at < regexp.length(); at++) {
      switch (regexp.charAt(at)) {
        case '\\' -> at++;
        case '(' -> depth++;
        case ')' -> depth--;
        case '|' -> {
          if (depth <= 0) {
            return true;
          }
        }
        default -> {
          // It is part of a branch.
        }
      }
    }
    return false;
  }
}
