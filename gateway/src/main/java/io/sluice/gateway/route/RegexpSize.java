package io.sluice.gateway.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How large the program of a regular expression becomes, which RE2 makes with all repetitions
 * written out: {@code (a{1,1000}){1,1000}} is a million instructions, and would take all memory
 * before it is refused. An upper bound in one pass, without compiling.
 *
 * <p>Reads what RE2 reads, as RE2 reads it (its page "Syntax"): {@code \Q…\E}, classes with names
 * and brackets in them, groups that only set flags, and so are nothing that can be repeated.
 */
final class RegexpSize {
  /** What is still compiled, to see how large it really is. */
  static final long MOST = 4_000;

  static final int DEEPEST = 200;

  private static final Pattern REPETITION =
      Pattern.compile("(0|[1-9][0-9]{0,8})(,(0|[1-9][0-9]{0,8})?)?");

  private final String regexp;
  private final Deque<List<Long>> outer = new ArrayDeque<>();

  /** The sizes of what stands in this group one after the other; the last may be repeated. */
  private List<Long> pieces = new ArrayList<>();

  private int at;

  private RegexpSize(String regexp) {
    this.regexp = regexp;
  }

  /**
   * At least the number of instructions; something above {@link #MOST} where it is more, or nested
   * too deeply.
   */
  static long of(String regexp) {
    return new RegexpSize(regexp).count();
  }

  private long count() {
    while (at < regexp.length()) {
      char c = regexp.charAt(at);
      switch (c) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> open();
        case ')' -> close();
        case '*', '+', '?' -> {
          at++;
          repeat(1, 1, 2);
        }
        case '|' -> {
          at++;
          pieces.add(2L);
        }
        case '{' -> braces();
        default -> {
          at += Character.charCount(regexp.codePointAt(at));
          pieces.add(1L);
        }
      }
      if (outer.size() > DEEPEST || pieces.size() > MOST) {
        return MOST + 1;
      }
    }
    while (!outer.isEmpty()) {
      close();
    }
    return bounded(sum(pieces) + 3);
  }

  private void open() {
    if (regexp.startsWith("(?", at)) {
      int end = at + 2;
      while (end < regexp.length() && "imsU-".indexOf(regexp.charAt(end)) >= 0) {
        end++;
      }
      if (end < regexp.length() && regexp.charAt(end) == ')') {
        // It is no piece: what is repeated after it is what stood before it.
        at = end + 1;
        return;
      }
    }
    at++;
    outer.push(pieces);
    pieces = new ArrayList<>();
  }

  private void close() {
    at++;
    long size = bounded(sum(pieces) + 3);
    pieces = outer.isEmpty() ? new ArrayList<>(List.of(size)) : outer.pop();
    pieces.add(size);
  }

  /** What may be left out has a branch of its own before it. */
  private void repeat(long always, long most, long more) {
    if (!pieces.isEmpty()) {
      long last = pieces.removeLast();
      pieces.add(bounded(always * last + (most - always) * (last + 1) + more));
    }
  }

  /**
   * {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else in braces is text, a number that
   * begins with a zero too.
   */
  private void braces() {
    int close = regexp.indexOf('}', at);
    String inside = close < 0 ? "" : regexp.substring(at + 1, close);
    if (!REPETITION.matcher(inside).matches()) {
      at++;
      pieces.add(1L);
      return;
    }
    String[] numbers = inside.split(",", 0);
    long least = Long.parseLong(numbers[0]);
    at = close + 1;
    repeat(least, Math.max(Math.max(1, least), Long.parseLong(numbers[numbers.length - 1])), 2);
  }

  private void escape() {
    if (regexp.startsWith("\\Q", at)) {
      int end = regexp.indexOf("\\E", at + 2);
      String literal = regexp.substring(at + 2, end < 0 ? regexp.length() : end);
      literal.codePoints().limit(MOST + 1).forEach(any -> pieces.add(1L));
      at = end < 0 ? regexp.length() : end + 2;
      return;
    }
    skipEscape();
    pieces.add(1L);
  }

  /** An escape of one character or of one class of them. */
  private void skipEscape() {
    at++;
    if (at >= regexp.length()) {
      return;
    }
    boolean named = "pPx".indexOf(regexp.charAt(at)) >= 0 && regexp.startsWith("{", at + 1);
    int close = named ? regexp.indexOf('}', at) : -1;
    at = close < 0 ? at + Character.charCount(regexp.codePointAt(at)) : close + 1;
  }

  private void characterClass() {
    at++;
    if (regexp.startsWith("^", at)) {
      at++;
    }
    for (boolean first = true; at < regexp.length(); first = false) {
      char c = regexp.charAt(at);
      if (c == ']' && !first) {
        break;
      }
      int named = regexp.startsWith("[:", at) ? regexp.indexOf(":]", at + 2) : -1;
      if (named >= 0) {
        at = named + 2;
      } else if (c == '\\') {
        skipEscape();
      } else {
        at += Character.charCount(regexp.codePointAt(at));
      }
    }
    at++;
    pieces.add(1L);
  }

  private static long sum(List<Long> sizes) {
    long sum = 0;
    for (long size : sizes) {
      sum = bounded(sum + size);
    }
    return sum;
  }

  private static long bounded(long size) {
    return Math.min(MOST + 1, size);
  }
}
