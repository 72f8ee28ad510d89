package io.sluice.gateway.predicate;

import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Reads {@link FailoverPredicate}s by recursive descent; one instance a text. */
final class PredicateParser {
  private static final int MAX_LENGTH = 4096;
  private static final int MAX_DEPTH = 32;
  private static final String FUNCTIONS =
      "IsNetworkError(), Attempts(), ResponseCode(), RequestMethod(), \"!\" or \"(\"";

  private final String text;
  private int at;
  private int depth;
  private boolean looksAtResponses;

  PredicateParser(String text) {
    this.text = text;
  }

  FailoverPredicate parse() throws PredicateSyntaxException {
    if (text.length() > MAX_LENGTH) {
      throw new PredicateSyntaxException(text.length() + " characters", "at most " + MAX_LENGTH);
    }
    Predicate<FailoverPredicate.Attempt> condition = or();
    skipBlanks();
    if (at < text.length()) {
      throw unexpected("\"&&\", \"||\" or the end");
    }
    boolean responses = looksAtResponses;
    return new FailoverPredicate() {
      @Override
      public boolean test(Attempt attempt) {
        return condition.test(attempt);
      }

      @Override
      public boolean looksAtResponses() {
        return responses;
      }
    };
  }

  private Predicate<FailoverPredicate.Attempt> or() throws PredicateSyntaxException {
    Predicate<FailoverPredicate.Attempt> left = and();
    while (take("||")) {
      left = left.or(and());
    }
    return left;
  }

  private Predicate<FailoverPredicate.Attempt> and() throws PredicateSyntaxException {
    Predicate<FailoverPredicate.Attempt> left = term();
    while (take("&&")) {
      left = left.and(term());
    }
    return left;
  }

  private Predicate<FailoverPredicate.Attempt> term() throws PredicateSyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new PredicateSyntaxException("more than " + MAX_DEPTH + " levels", "fewer");
    }
    try {
      if (take("!")) {
        return term().negate();
      }
      if (take("(")) {
        Predicate<FailoverPredicate.Attempt> inner = or();
        expect(")");
        return inner;
      }
      return function();
    } finally {
      depth--;
    }
  }

  private Predicate<FailoverPredicate.Attempt> function() throws PredicateSyntaxException {
    if (takeCall("IsNetworkError")) {
      looksAtResponses = true;
      return FailoverPredicate.Attempt::networkError;
    }
    if (takeCall("Attempts")) {
      IntPredicate number = comparison();
      return attempt -> number.test(attempt.count());
    }
    if (takeCall("ResponseCode")) {
      looksAtResponses = true;
      IntPredicate number = comparison();
      return attempt -> number.test(attempt.responseCode());
    }
    if (takeCall("RequestMethod")) {
      boolean equal = take("==");
      if (!equal) {
        expect("!=");
      }
      String method = quoted();
      return attempt -> method.contentEquals(attempt.method()) == equal;
    }
    throw unexpected(FUNCTIONS);
  }

  private IntPredicate comparison() throws PredicateSyntaxException {
    if (take("==")) {
      int number = number();
      return value -> value == number;
    }
    if (take("!=")) {
      int number = number();
      return value -> value != number;
    }
    if (take("<=")) {
      int number = number();
      return value -> value <= number;
    }
    if (take(">=")) {
      int number = number();
      return value -> value >= number;
    }
    if (take("<")) {
      int number = number();
      return value -> value < number;
    }
    if (take(">")) {
      int number = number();
      return value -> value > number;
    }
    throw unexpected("==, !=, <, <=, > or >=");
  }

  private int number() throws PredicateSyntaxException {
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

  private String quoted() throws PredicateSyntaxException {
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

  private boolean takeCall(String name) throws PredicateSyntaxException {
    if (!take(name)) {
      return false;
    }
    expect("(");
    expect(")");
    return true;
  }

  private boolean take(String token) {
    skipBlanks();
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }

  private void expect(String token) throws PredicateSyntaxException {
    if (!take(token)) {
      throw unexpected("\"" + token + "\"");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private PredicateSyntaxException unexpected(String expected) {
    String rest = text.substring(at, Math.min(text.length(), at + 20));
    return new PredicateSyntaxException(
        rest.isEmpty() ? "the end" : "\"" + rest + "\" at character " + (at + 1), expected);
  }
}
