package io.sluice.gateway.predicate;

/**
 * Conditions joined by {@code &&}, {@code ||}, {@code !} and parentheses, read by recursive
 * descent. What a condition is, and what joining two means, is the kind's own. One instance a text.
 *
 * @param <T> what a condition becomes
 */
abstract class ConditionGrammar<T> {
  private static final int MAX_DEPTH = 32;

  /** What is read. */
  protected final PredicateText text;

  private int depth;

  ConditionGrammar(String text) throws PredicateSyntaxException {
    this.text = new PredicateText(text);
  }

  /** The next condition that is joined to nothing. */
  abstract T condition() throws PredicateSyntaxException;

  abstract T either(T left, T right);

  abstract T both(T left, T right);

  abstract T opposite(T condition);

  /** The whole text. */
  final T whole() throws PredicateSyntaxException {
    T condition = or();
    text.expectEnd();
    return condition;
  }

  private T or() throws PredicateSyntaxException {
    T left = and();
    while (text.take("||")) {
      left = either(left, and());
    }
    return left;
  }

  private T and() throws PredicateSyntaxException {
    T left = term();
    while (text.take("&&")) {
      left = both(left, term());
    }
    return left;
  }

  private T term() throws PredicateSyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new PredicateSyntaxException("more than " + MAX_DEPTH + " levels", "fewer");
    }
    try {
      if (text.take("!")) {
        return opposite(term());
      }
      if (text.take("(")) {
        T inner = or();
        text.expect(")");
        return inner;
      }
      return condition();
    } finally {
      depth--;
    }
  }
}
