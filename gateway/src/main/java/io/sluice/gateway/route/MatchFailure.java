package io.sluice.gateway.route;

/**
 * A comparison did not come to an end within what one may take. Says nothing about the text, so
 * what it belongs to matches neither with it nor with its opposite. Stackless.
 */
final class MatchFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  MatchFailure() {
    super("a comparison took too many steps", null, false, false);
  }
}
