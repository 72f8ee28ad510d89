package io.sluice.gateway.route;

/**
 * An expression that is not a route: where it stops being one, what stands there and what was
 * expected.
 */
public final class RouteSyntaxException extends Exception {
  private static final long serialVersionUID = 1;

  private final String found;
  private final String expected;

  RouteSyntaxException(String found, String expected) {
    super("found " + found + ", expected " + expected);
    this.found = found;
    this.expected = expected;
  }

  public String found() {
    return found;
  }

  public String expected() {
    return expected;
  }
}
