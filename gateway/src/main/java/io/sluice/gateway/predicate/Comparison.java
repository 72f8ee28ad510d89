package io.sluice.gateway.predicate;

/** How two numbers are compared. */
enum Comparison {
  EQUAL("=="),
  UNEQUAL("!="),
  AT_MOST("<="),
  AT_LEAST(">="),
  LESS("<"),
  MORE(">");

  /** Ratios are quotients, so two that ought to be equal need not be. */
  private static final double CLOSE = 1e-9;

  private final String sign;

  Comparison(String sign) {
    this.sign = sign;
  }

  /** The one that stands next in a text. */
  static Comparison in(PredicateText text) throws PredicateSyntaxException {
    for (Comparison each : values()) {
      if (text.take(each.sign)) {
        return each;
      }
    }
    throw text.unexpected("==, !=, <, <=, > or >=");
  }

  boolean holds(double found, double limit) {
    return switch (this) {
      case EQUAL -> Math.abs(found - limit) < CLOSE;
      case UNEQUAL -> Math.abs(found - limit) >= CLOSE;
      case AT_MOST -> found <= limit;
      case AT_LEAST -> found >= limit;
      case LESS -> found < limit;
      case MORE -> found > limit;
    };
  }
}
