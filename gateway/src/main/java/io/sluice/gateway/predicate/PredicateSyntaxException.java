package io.sluice.gateway.predicate;

/** A text that is no predicate: where it stops being one, and what could stand there. */
public final class PredicateSyntaxException extends Exception {
  private static final long serialVersionUID = 1;

  private final String found;
  private final String expected;

  PredicateSyntaxException(String found, String expected) {
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
