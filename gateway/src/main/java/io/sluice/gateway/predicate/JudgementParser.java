package io.sluice.gateway.predicate;

import io.sluice.gateway.predicate.Judgement.Verdict;
import java.util.function.ToDoubleFunction;

/** Reads {@link Judgement}s; one instance a text. */
final class JudgementParser extends ConditionGrammar<Judgement> {

  /** Answers that must be slower than a quantile before it says anything. */
  private static final int BEYOND_A_QUANTILE = 5;

  private static final int LEAST_ANSWERS = 2 * BEYOND_A_QUANTILE;

  JudgementParser(String text) throws PredicateSyntaxException {
    super(text);
  }

  @Override
  Judgement either(Judgement left, Judgement right) {
    return sides -> left.of(sides).or(right.of(sides));
  }

  @Override
  Judgement both(Judgement left, Judgement right) {
    return sides -> left.of(sides).and(right.of(sides));
  }

  @Override
  Judgement opposite(Judgement condition) {
    return sides -> condition.of(sides).negate();
  }

  @Override
  Judgement condition() throws PredicateSyntaxException {
    Measure measure = measure();
    Comparison comparison = Comparison.in(text);
    double factor = 1;
    boolean relative = text.take("baseline");
    if (!relative) {
      factor = text.decimal();
      if (text.take("*")) {
        text.expect("baseline");
        relative = true;
      }
    }
    double more = text.take("+") ? text.decimal() : 0;
    double times = factor;
    boolean ofBaseline = relative;
    return sides -> {
      long answers =
          ofBaseline
              ? Math.min(sides.canary().requests(), sides.baseline().requests())
              : sides.canary().requests();
      if (measure.isQuantile() && answers < LEAST_ANSWERS) {
        return Verdict.TOO_FEW;
      }
      double found = measure.of(sides.canary(), answers);
      double limit = more + (ofBaseline ? times * measure.of(sides.baseline(), answers) : times);
      return comparison.holds(found, limit) ? Verdict.PASSES : Verdict.FAILS;
    };
  }

  /**
   * What is compared.
   *
   * @param quantile in percent; negative for a ratio
   */
  private record Measure(double quantile, ToDoubleFunction<Judgement.Measures> ratio) {
    boolean isQuantile() {
      return quantile >= 0;
    }

    /**
     * @param answers how many there are on the side that has fewer
     */
    double of(Judgement.Measures measures, long answers) {
      return isQuantile()
          ? measures.latencyAtQuantile(
              Math.min(quantile, 100 * (1 - (double) BEYOND_A_QUANTILE / answers)))
          : ratio.applyAsDouble(measures);
    }
  }

  private Measure measure() throws PredicateSyntaxException {
    if (text.take("LatencyAtQuantileMS")) {
      text.expect("(");
      double percent = text.decimal();
      text.expect(")");
      if (percent > 100) {
        throw new PredicateSyntaxException("the quantile " + percent, "0 to 100");
      }
      return new Measure(percent, measures -> 0);
    }
    return new Measure(-1, ratio());
  }

  private ToDoubleFunction<Judgement.Measures> ratio() throws PredicateSyntaxException {
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
}
