package io.sluice.gateway.predicate;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is new does well enough beside what is old.
 *
 * <pre>
 *   or         = and { "||" and }
 *   and        = term { "&&" term }
 *   term       = "!" term | "(" or ")" | comparison
 *   comparison = measure op limit
 *   measure    = "ResponseCodeRatio(" from "," to "," from "," to ")"
 *              | "LatencyAtQuantileMS(" percent ")" | "NetworkErrorRatio()"
 *   limit      = ( number [ "*" "baseline" ] | "baseline" ) [ "+" number ]
 *   op         = "==" | "!=" | "<" | "<=" | ">" | ">="
 * </pre>
 *
 * <p>{@code baseline} is the same measure of what is old. A quantile of few answers says nothing
 * but which was the slowest: of both sides the highest one is compared, up to the one that is asked
 * for, beyond which five answers are; with fewer than ten answers there is no telling.
 */
public interface Judgement {
  /** What was measured of one side. */
  interface Measures {
    /** Answers with a status in the first range for each with one in the second; ends excluded. */
    double responseCodeRatio(int from, int to, int ofFrom, int ofTo);

    /** In milliseconds. */
    double latencyAtQuantile(double percent);

    /** How many answers were measured. */
    long requests();
  }

  /** What can be said. */
  enum Verdict {
    PASSES,
    /** There are too few answers to tell. */
    TOO_FEW,
    FAILS;

    Verdict and(Verdict other) {
      return compareTo(other) > 0 ? this : other;
    }

    Verdict or(Verdict other) {
      return compareTo(other) < 0 ? this : other;
    }

    Verdict negate() {
      return values()[FAILS.ordinal() - ordinal()];
    }
  }

  /** Both sides. */
  record Sides(Measures canary, Measures baseline) {}

  Verdict of(Sides sides);

  /**
   * Reads a judgement that was written down; null where none was.
   *
   * @throws IOException when it is none
   */
  static @Nullable Judgement parseOptional(String text) throws IOException {
    try {
      return text.isEmpty() ? null : parse(text);
    } catch (PredicateSyntaxException notOne) {
      throw new IOException(
          "judgement: found " + notOne.found() + ", expected " + notOne.expected(), notOne);
    }
  }

  /** What is wrong with a judgement that was written down; empty for nothing. */
  static String fault(String text) {
    try {
      parseOptional(text);
      return "";
    } catch (IOException notOne) {
      return String.valueOf(notOne.getMessage());
    }
  }

  /**
   * Reads a judgement.
   *
   * @throws PredicateSyntaxException when it is none
   */
  static Judgement parse(String text) throws PredicateSyntaxException {
    return new JudgementParser(text).whole();
  }
}
