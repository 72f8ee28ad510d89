package io.sluice.gateway.route;

import com.google.re2j.Pattern;

/** Regular expressions of operators', RE2 syntax, under the limits that those in routes have. */
public final class Regexps {
  private Regexps() {}

  /**
   * Reads one.
   *
   * @throws RouteSyntaxException for what RE2 does not read, or what would take too much to run
   */
  public static Pattern compile(String text) throws RouteSyntaxException {
    return PatternCompiler.compiled(text, 0, "", 0).pattern();
  }
}
