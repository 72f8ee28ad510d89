package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One branch of a route: conditions that must all hold, and how specific they are.
 *
 * <p>The order of {@link #SPECIFIC_FIRST} is the documented precedence: exact host before pattern
 * before none; exact path, then the longer literal prefix, then pattern, then regular expression,
 * then none; exact method before pattern before none; more header conditions, exact ones first. A
 * negated condition restricts but does not make a route more specific.
 */
record Alternative(
    List<Condition> conditions,
    @Nullable AsciiString exactHost,
    @Nullable AsciiString exactPath,
    String pathPrefix,
    int pathStart,
    int pathText,
    Kind host,
    Kind path,
    Kind method,
    int headers,
    int exactHeaders) {

  /** How closely a condition says what it wants, best first. */
  enum Kind {
    EXACT,
    PATTERN,
    REGEXP,
    NONE;

    static Kind of(TextTest test) {
      return switch (test) {
        case TextTest.Exact ignored -> EXACT;
        case TextTest.Segments ignored -> PATTERN;
        case TextTest.Regexp ignored -> REGEXP;
      };
    }

    /** For hosts and methods a regular expression is a pattern among others. */
    int asPattern() {
      return Math.min(ordinal(), this == NONE ? 2 : 1);
    }
  }

  static final Comparator<Alternative> SPECIFIC_FIRST =
      Comparator.<Alternative>comparingInt(a -> a.host.asPattern())
          .thenComparingInt(a -> a.path == Kind.EXACT ? 0 : 1)
          .thenComparingInt(a -> -a.pathStart)
          .thenComparingInt(a -> a.path.ordinal())
          .thenComparingInt(a -> -a.pathText)
          .thenComparingInt(a -> a.method.asPattern())
          .thenComparingInt(a -> -a.headers)
          .thenComparingInt(a -> -a.exactHeaders);

  static Alternative of(List<Condition> conditions) {
    AsciiString exactHost = null;
    AsciiString exactPath = null;
    String pathPrefix = "";
    int pathStart = 0;
    int pathText = 0;
    Kind host = Kind.NONE;
    Kind path = Kind.NONE;
    Kind method = Kind.NONE;
    int headers = 0;
    int exactHeaders = 0;
    for (Condition condition : conditions) {
      if (condition.negated()) {
        continue;
      }
      TextTest test = condition.test();
      Kind kind = Kind.of(test);
      switch (condition.subject()) {
        case HOST -> {
          host = better(host, kind);
          exactHost = test instanceof TextTest.Exact(AsciiString wanted) ? wanted : exactHost;
        }
        case PATH -> {
          path = better(path, kind);
          exactPath = test instanceof TextTest.Exact(AsciiString wanted) ? wanted : exactPath;
          pathPrefix =
              test.literalPrefix().length() > pathPrefix.length()
                  ? test.literalPrefix()
                  : pathPrefix;
          pathStart = Math.max(pathStart, test.literalStart());
          pathText = Math.max(pathText, test.literalText());
        }
        case METHOD -> method = better(method, kind);
        case HEADER -> {
          headers++;
          exactHeaders += kind == Kind.EXACT ? 1 : 0;
        }
      }
    }
    return new Alternative(
        List.copyOf(conditions),
        exactHost,
        exactPath,
        pathPrefix,
        pathStart,
        pathText,
        host,
        path,
        method,
        headers,
        exactHeaders);
  }

  /**
   * Whether all conditions hold. Where one cannot be told, they do not, and the input hears of it.
   *
   * @param route the whole expression, which the input is told
   */
  boolean matches(RouteInput input, String route) {
    try {
      for (int i = 0; i < conditions.size(); i++) {
        if (!conditions.get(i).holds(input)) {
          return false;
        }
      }
      return true;
    } catch (MatchFailure failure) {
      input.failed(route);
      return false;
    }
  }

  /** What in a request is not as it wants it; empty when it matches. */
  List<String> mismatches(RouteInput input) {
    List<String> mismatches = new ArrayList<>();
    for (Condition condition : conditions) {
      try {
        if (!condition.holds(input)) {
          mismatches.add(condition.seen(input));
        }
      } catch (MatchFailure tooLong) {
        mismatches.add(condition.seen(input) + " (took too long to tell)");
      }
    }
    return mismatches;
  }

  /** Whether every request that another one takes is surely one for this. */
  boolean covers(Alternative other) {
    return conditions.stream()
        .allMatch(
            ours ->
                ours.isAlwaysTrue()
                    || other.conditions.stream().anyMatch(theirs -> theirs.implies(ours)));
  }

  /** Whether two of its conditions want the same thing to be two different texts. */
  boolean isImpossible() {
    for (Condition one : conditions) {
      for (Condition other : conditions) {
        if (one.excludes(other)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Kind better(Kind one, Kind other) {
    return one.ordinal() <= other.ordinal() ? one : other;
  }
}
