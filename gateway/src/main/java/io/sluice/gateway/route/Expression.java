package io.sluice.gateway.route;

import java.util.ArrayList;
import java.util.List;

/** A parsed route before it is spread into its alternatives. */
sealed interface Expression {
  /** One matcher, or its opposite. */
  record Leaf(Condition condition) implements Expression {}

  /** Both must hold. */
  record And(Expression left, Expression right) implements Expression {}

  /** One must hold. */
  record Or(Expression left, Expression right) implements Expression {}

  /** Must not hold. */
  record Not(Expression operand) implements Expression {}

  /**
   * The disjunctive normal form: one list of conditions for each way in which the expression can
   * hold.
   *
   * @throws RouteSyntaxException when there would be more than {@code most}
   */
  static List<List<Condition>> alternatives(Expression expression, int most)
      throws RouteSyntaxException {
    return spread(expression, false, most);
  }

  private static List<List<Condition>> spread(Expression expression, boolean negated, int most)
      throws RouteSyntaxException {
    return switch (expression) {
      case Leaf(Condition condition) -> List.of(List.of(negated ? condition.negate() : condition));
      case Not(Expression operand) -> spread(operand, !negated, most);
      case And(Expression left, Expression right) ->
          negated ? either(left, right, true, most) : both(left, right, false, most);
      case Or(Expression left, Expression right) ->
          negated ? both(left, right, true, most) : either(left, right, false, most);
    };
  }

  private static List<List<Condition>> either(
      Expression left, Expression right, boolean negated, int most) throws RouteSyntaxException {
    List<List<Condition>> all = new ArrayList<>(spread(left, negated, most));
    all.addAll(spread(right, negated, most));
    return checked(all, most);
  }

  private static List<List<Condition>> both(
      Expression left, Expression right, boolean negated, int most) throws RouteSyntaxException {
    List<List<Condition>> rights = spread(right, negated, most);
    List<List<Condition>> all = new ArrayList<>();
    for (List<Condition> first : spread(left, negated, most)) {
      for (List<Condition> second : rights) {
        List<Condition> joined = new ArrayList<>(first);
        joined.addAll(second);
        all.add(joined);
      }
      checked(all, most);
    }
    return all;
  }

  private static List<List<Condition>> checked(List<List<Condition>> all, int most)
      throws RouteSyntaxException {
    if (all.size() > most) {
      throw new RouteSyntaxException(
          "an expression with more than " + most + " alternatives", "several frontends instead");
    }
    return all;
  }
}
