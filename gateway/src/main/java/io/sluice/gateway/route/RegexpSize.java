package io.sluice.gateway.route;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large a regular expression becomes once its repetitions are written out, which is how RE2
 * compiles it: {@code (a{1,1000}){1,1000}} is a million pieces, and would take all memory before it
 * is refused. An upper bound in one pass, without compiling.
 */
final class RegexpSize {
  static final long MOST = 10_000;
  static final int DEEPEST = 200;

  /** What was read of one group: all of it but the last piece, which may yet be repeated. */
  private static final class Group {
    private long before;
    private long last;

    void piece(long size) {
      before += last;
      last = size;
    }

    void repeated(long times) {
      last = Math.min(MOST + 1, last * times);
    }

    long size() {
      return Math.min(MOST + 1, before + last + 1);
    }
  }

  private RegexpSize() {}

  /** The number of pieces; something above {@link #MOST} where it is more, or nested too deeply. */
  static long of(String regexp) {
    Deque<Group> outer = new ArrayDeque<>();
    Group group = new Group();
    for (int at = 0; at < regexp.length(); at++) {
      switch (regexp.charAt(at)) {
        case '\\' -> {
          at++;
          group.piece(1);
        }
        case '[' -> {
          at = endOfClass(regexp, at);
          group.piece(1);
        }
        case '(' -> {
          outer.push(group);
          group = new Group();
          if (outer.size() > DEEPEST) {
            return MOST + 1;
          }
        }
        case ')' -> {
          long size = group.size();
          group = outer.isEmpty() ? new Group() : outer.pop();
          group.piece(size);
        }
        case '{' -> group.repeated(times(regexp, at));
        default -> group.piece(1);
      }
    }
    while (!outer.isEmpty()) {
      long size = group.size();
      group = outer.pop();
      group.piece(size);
    }
    return group.size();
  }

  /** The larger number of {@code {n}}, {@code {n,}} and {@code {n,m}}; 1 for other braces. */
  private static long times(String regexp, int brace) {
    int close = regexp.indexOf('}', brace);
    long most = 1;
    if (close > 0) {
      for (String number : regexp.substring(brace + 1, close).split(",", 2)) {
        if (number.matches("[0-9]{1,9}")) {
          most = Math.max(most, Long.parseLong(number));
        }
      }
    }
    return most;
  }

  /** Where a class ends; a bracket right at its beginning is one of its characters. */
  private static int endOfClass(String regexp, int open) {
    int at = open + 1;
    if (at < regexp.length() && regexp.charAt(at) == '^') {
      at++;
    }
    if (at < regexp.length() && regexp.charAt(at) == ']') {
      at++;
    }
    while (at < regexp.length() && regexp.charAt(at) != ']') {
      at += regexp.charAt(at) == '\\' ? 2 : 1;
    }
    return at;
  }
}
