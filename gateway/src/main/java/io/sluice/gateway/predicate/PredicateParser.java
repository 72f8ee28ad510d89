package io.sluice.gateway.predicate;

import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Reads {@link FailoverPredicate}s by recursive descent; one instance a text. */
final class PredicateParser {
  private static final int MAX_DEPTH = 32;
  private static final String FUNCTIONS =
      "IsNetworkError(), Attempts(), ResponseCode(), RequestMethod(), \"!\" or \"(\"";

  private final PredicateText text;
  private int depth;
  private boolean looksAtResponses;

  PredicateParser(String text) throws PredicateSyntaxException {
    this.text = new PredicateText(text);
  }

  FailoverPredicate parse() throws PredicateSyntaxException {
    Predicate<FailoverPredicate.Attempt> condition = or();
    text.expectEnd();
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
    while (text.take("||")) {
      left = left.or(and());
    }
    return left;
  }

  private Predicate<FailoverPredicate.Attempt> and() throws PredicateSyntaxException {
    Predicate<FailoverPredicate.Attempt> left = term();
    while (text.take("&&")) {
      left = left.and(term());
    }
    return left;
  }

  private Predicate<FailoverPredicate.Attempt> term() throws PredicateSyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new PredicateSyntaxException("more than " + MAX_DEPTH + " levels", "fewer");
    }
    try {
      if (text.take("!")) {
        return term().negate();
      }
      if (text.take("(")) {
        Predicate<FailoverPredicate.Attempt> inner = or();
        text.expect(")");
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
      boolean equal = text.take("==");
      if (!equal) {
        text.expect("!=");
      }
      String method = text.quoted();
      return attempt -> method.contentEquals(attempt.method()) == equal;
    }
    throw text.unexpected(FUNCTIONS);
  }

  private IntPredicate comparison() throws PredicateSyntaxException {
    if (text.take("==")) {
      int number = text.number();
      return value -> value == number;
    }
    if (text.take("!=")) {
      int number = text.number();
      return value -> value != number;
    }
    if (text.take("<=")) {
      int number = text.number();
      return value -> value <= number;
    }
    if (text.take(">=")) {
      int number = text.number();
      return value -> value >= number;
    }
    if (text.take("<")) {
      int number = text.number();
      return value -> value < number;
    }
    if (text.take(">")) {
      int number = text.number();
      return value -> value > number;
    }
    throw text.unexpected("==, !=, <, <=, > or >=");
  }

  private boolean takeCall(String name) throws PredicateSyntaxException {
    if (!text.take(name)) {
      return false;
    }
    text.expect("(");
    text.expect(")");
    return true;
  }
}
