package io.sluice.gateway.predicate;

/**
 * When an attempt that did not go well is followed by another one at another server.
 *
 * <pre>
 *   or         = and { "||" and }
 *   and        = term { "&&" term }
 *   term       = "!" term | "(" or ")" | "IsNetworkError()" | comparison
 *   comparison = ( "Attempts()" | "ResponseCode()" ) op number
 *              | "RequestMethod()" ( "==" | "!=" ) text
 *   op         = "==" | "!=" | "<" | "<=" | ">" | ">="
 * </pre>
 */
public interface FailoverPredicate {
  /**
   * What is known of an attempt.
   *
   * @param count how many attempts there were, this one included
   * @param method the request's method
   * @param networkError whether the server was not reached or its answer not complete, or it
   *     answered 502 or 504
   * @param responseCode the status, or 0 where there is none
   */
  record Attempt(int count, CharSequence method, boolean networkError, int responseCode) {}

  boolean test(Attempt attempt);

  /** Whether a status alone can be a reason. */
  boolean looksAtResponses();

  /**
   * Reads a predicate.
   *
   * @throws PredicateSyntaxException when it is none
   */
  static FailoverPredicate parse(String text) throws PredicateSyntaxException {
    return new PredicateParser(text).parse();
  }
}
