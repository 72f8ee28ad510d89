package io.sluice.gateway.predicate;

import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Reads {@link FailoverPredicate}s; one instance a text. */
final class PredicateParser extends ConditionGrammar<Predicate<FailoverPredicate.Attempt>> {
  private static final String FUNCTIONS =
      "IsNetworkError(), Attempts(), ResponseCode(), RequestMethod(), \"!\" or \"(\"";

  private boolean looksAtResponses;

  PredicateParser(String text) throws PredicateSyntaxException {
    super(text);
  }

  FailoverPredicate parse() throws PredicateSyntaxException {
    Predicate<FailoverPredicate.Attempt> condition = whole();
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

  @Override
  Predicate<FailoverPredicate.Attempt> either(
      Predicate<FailoverPredicate.Attempt> left, Predicate<FailoverPredicate.Attempt> right) {
    return left.or(right);
  }

  @Override
  Predicate<FailoverPredicate.Attempt> both(
      Predicate<FailoverPredicate.Attempt> left, Predicate<FailoverPredicate.Attempt> right) {
    return left.and(right);
  }

  @Override
  Predicate<FailoverPredicate.Attempt> opposite(Predicate<FailoverPredicate.Attempt> condition) {
    return condition.negate();
  }

  @Override
  Predicate<FailoverPredicate.Attempt> condition() throws PredicateSyntaxException {
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
    Comparison comparison = Comparison.in(text);
    int number = text.number();
    return value -> comparison.holds(value, number);
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
