package io.sluice.gateway.predicate;

import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Reads {@link Judgement}s by recursive descent; one instance a text. */
final class JudgementParser {
  private static final int MAX_DEPTH = 32;
  private static final double CLOSE = 1e-9;

  private final PredicateText text;
  private int depth;

  JudgementParser(String text) throws PredicateSyntaxException {
    this.text = new PredicateText(text);
  }

  Predicate<Judgement.Sides> parse() throws PredicateSyntaxException {
    Predicate<Judgement.Sides> condition = or();
    text.expectEnd();
    return condition;
  }

  private Predicate<Judgement.Sides> or() throws PredicateSyntaxException {
    Predicate<Judgement.Sides> left = and();
    while (text.take("||")) {
      left = left.or(and());
    }
    return left;
  }

  private Predicate<Judgement.Sides> and() throws PredicateSyntaxException {
    Predicate<Judgement.Sides> left = term();
    while (text.take("&&")) {
      left = left.and(term());
    }
    return left;
  }

  private Predicate<Judgement.Sides> term() throws PredicateSyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new PredicateSyntaxException("more than " + MAX_DEPTH + " levels", "fewer");
    }
    try {
      if (text.take("!")) {
        return term().negate();
      }
      if (text.take("(")) {
        Predicate<Judgement.Sides> inner = or();
        text.expect(")");
        return inner;
      }
      return comparison();
    } finally {
      depth--;
    }
  }

  private Predicate<Judgement.Sides> comparison() throws PredicateSyntaxException {
    ToDoubleFunction<Judgement.Measures> measure = measure();
    String operator = operator();
    double factor = 1;
    boolean relative = text.take("baseline");
    if (!relative) {
      factor = text.decimal();
      if (text.take("*")) {
        text.expect("baseline");
        relative = true;
      }
    }
    double times = factor;
    boolean ofBaseline = relative;
    return sides -> {
      double found = measure.applyAsDouble(sides.canary());
      double limit = ofBaseline ? times * measure.applyAsDouble(sides.baseline()) : times;
      return holds(found, operator, limit);
    };
  }

  private ToDoubleFunction<Judgement.Measures> measure() throws PredicateSyntaxException {
    if (text.take("ResponseCodeRatio")) {
      text.expect("(");
      int from = text.number();
      text.expect(",");
      int to = text.number();
      text.expect(",");
      int ofFrom = text.number();
      text.expect(",");
      int ofTo = text.number();
      text.expect(")");
      return measures -> measures.responseCodeRatio(from, to, ofFrom, ofTo);
    }
    if (text.take("LatencyAtQuantileMS")) {
      text.expect("(");
      double percent = text.decimal();
      text.expect(")");
      if (percent > 100) {
        throw new PredicateSyntaxException("the quantile " + percent, "0 to 100");
      }
      return measures -> measures.latencyAtQuantile(percent);
    }
    if (text.take("NetworkErrorRatio")) {
      text.expect("(");
      text.expect(")");
      // As in Vulcand: the gateway's own 502 and 504 for a server that was not reached.
      return measures ->
          measures.responseCodeRatio(502, 503, 0, 600)
              + measures.responseCodeRatio(504, 505, 0, 600);
    }
    throw text.unexpected(
        "ResponseCodeRatio(, LatencyAtQuantileMS(, NetworkErrorRatio(, \"!\" or \"(\"");
  }

  private String operator() throws PredicateSyntaxException {
    for (String operator : new String[] {"==", "!=", "<=", ">=", "<", ">"}) {
      if (text.take(operator)) {
        return operator;
      }
    }
    throw text.unexpected("==, !=, <, <=, > or >=");
  }

  private static boolean holds(double found, String operator, double limit) {
    return switch (operator) {
      case "==" -> Math.abs(found - limit) < CLOSE;
      case "!=" -> Math.abs(found - limit) >= CLOSE;
      case "<=" -> found <= limit;
      case ">=" -> found >= limit;
      case "<" -> found < limit;
      default -> found > limit;
    };
  }
}
