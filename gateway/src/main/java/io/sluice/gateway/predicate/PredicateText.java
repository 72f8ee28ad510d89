package io.sluice.gateway.predicate;

/** The text of a predicate, read token by token; blanks between them mean nothing. */
final class PredicateText {
  private static final int MAX_LENGTH = 4096;

  private final String text;
  private int at;

  PredicateText(String text) throws PredicateSyntaxException {
    if (text.length() > MAX_LENGTH) {
      throw new PredicateSyntaxException(text.length() + " characters", "at most " + MAX_LENGTH);
    }
    this.text = text;
  }

  void expectEnd() throws PredicateSyntaxException {
    skipBlanks();
    if (at < text.length()) {
      throw unexpected("\"&&\", \"||\" or the end");
    }
  }

  int number() throws PredicateSyntaxException {
    skipBlanks();
    int start = at;
    while (at < text.length() && Character.isDigit(text.charAt(at)) && at - start < 9) {
      at++;
    }
    if (at == start) {
      throw unexpected("a whole number");
    }
    return Integer.parseInt(text, start, at, 10);
  }

  /** Letters, digits and underscores; empty where there is none of them. */
  String name() {
    skipBlanks();
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return text.substring(start, at);
  }

  String quoted() throws PredicateSyntaxException {
    skipBlanks();
    char quote = at < text.length() ? text.charAt(at) : ' ';
    int end = text.indexOf(quote, at + 1);
    if ((quote != '"' && quote != '`') || end < 0) {
      throw unexpected("a text in quotes, such as \"GET\"");
    }
    String value = text.substring(at + 1, end);
    at = end + 1;
    return value;
  }

  /** A number that may have a fraction. */
  double decimal() throws PredicateSyntaxException {
    skipBlanks();
    int start = at;
    while (at < text.length() && at - start < 20 && isDecimal(text.charAt(at))) {
      at++;
    }
    try {
      return Double.parseDouble(text.substring(start, at));
    } catch (NumberFormatException notOne) {
      at = start;
      throw unexpected("a number");
    }
  }

  private static boolean isDecimal(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }

  boolean take(String token) {
    skipBlanks();
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }

  void expect(String token) throws PredicateSyntaxException {
    if (!take(token)) {
      throw unexpected("\"" + token + "\"");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  PredicateSyntaxException unexpected(String expected) {
    String rest = text.substring(at, Math.min(text.length(), at + 20));
    return new PredicateSyntaxException(
        rest.isEmpty() ? "the end" : "\"" + rest + "\" at character " + (at + 1), expected);
  }
}
