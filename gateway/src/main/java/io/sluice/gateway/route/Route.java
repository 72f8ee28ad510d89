package io.sluice.gateway.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A route expression, ready to match. Immutable. */
public final class Route {
  private static final int MAX_ALTERNATIVES = 64;
  private static final int MAX_LENGTH = 16 * 1024;

  private final String text;
  private final List<Alternative> alternatives;

  private Route(String text, List<Alternative> alternatives) {
    this.text = text;
    this.alternatives = alternatives;
  }

  /**
   * Reads an expression of the route language.
   *
   * @throws RouteSyntaxException where it is not one
   */
  public static Route parse(String text) throws RouteSyntaxException {
    if (text.length() > MAX_LENGTH) {
      throw new RouteSyntaxException(
          "an expression of " + text.length() + " characters", "at most " + MAX_LENGTH);
    }
    List<Alternative> alternatives = new ArrayList<>();
    for (List<Condition> conditions :
        Expression.alternatives(new RouteParser(text).parse(), MAX_ALTERNATIVES)) {
      alternatives.add(Alternative.of(conditions));
    }
    return new Route(text, List.copyOf(alternatives));
  }

  /** Whether one of its alternatives holds. */
  public boolean matches(RouteInput input) {
    for (Alternative alternative : alternatives) {
      if (alternative.matches(input, text)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What in a request is not as the route wants it, of the alternative that wants least else; empty
   * when it matches. For people, not for the way of a request.
   */
  public List<String> mismatches(RouteInput input) {
    return alternatives.stream()
        .map(each -> each.mismatches(input))
        .min(Comparator.comparingInt(List::size))
        .orElse(List.of());
  }

  /** Whether this surely matches whatever the other does; false also where that is hard to tell. */
  public boolean covers(Route other) {
    return other.alternatives.stream()
        .allMatch(theirs -> alternatives.stream().anyMatch(ours -> ours.covers(theirs)));
  }

  /** Whether surely no request can match. */
  public boolean isImpossible() {
    return alternatives.stream().allMatch(Alternative::isImpossible);
  }

  List<Alternative> alternatives() {
    return alternatives;
  }

  @Override
  public String toString() {
    return text;
  }
}
