package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One matcher of a route: what it looks at and what it wants there.
 *
 * @param subject the part of the request
 * @param header the header's name, for {@link Subject#HEADER} only
 * @param test what the part must be
 * @param negated whether it must not be
 */
record Condition(Subject subject, @Nullable AsciiString header, TextTest test, boolean negated) {
  /**
   * The part of a request that a matcher looks at, and the character that ends a {@code <name>} in
   * it.
   */
  enum Subject {
    HOST('.'),
    PATH('/'),
    METHOD(' '),
    HEADER('/');

    final char separator;

    Subject(char separator) {
      this.separator = separator;
    }
  }

  Condition negate() {
    return new Condition(subject, header, test, !negated);
  }

  /** Whether surely never both hold. */
  boolean excludes(Condition other) {
    return subject == other.subject
        && Objects.equals(header, other.header)
        && (negated != other.negated
            ? test.equals(other.test)
            : !negated
                && test instanceof TextTest.Exact(AsciiString mine)
                && other.test instanceof TextTest.Exact(AsciiString theirs)
                && !mine.equals(theirs));
  }

  /**
   * Whether what passes this surely passes the other one, too; false also where that is hard to
   * tell.
   */
  boolean implies(Condition other) {
    if (equals(other)) {
      return true;
    }
    if (negated || subject != other.subject || !Objects.equals(header, other.header)) {
      return false;
    }
    if (test instanceof TextTest.Exact(AsciiString wanted)) {
      try {
        return other.test.test(wanted) != other.negated;
      } catch (MatchFailure tooLong) {
        return false;
      }
    }
    String enough = other.test.sufficientPrefix();
    return !other.negated && enough != null && test.literalPrefix().startsWith(enough);
  }

  /** Whether surely every request passes: each has a path and a method, and any will do. */
  boolean isAlwaysTrue() {
    boolean always = subject == Subject.PATH || subject == Subject.METHOD;
    return always && !negated && "".equals(test.sufficientPrefix());
  }

  boolean holds(RouteInput input) {
    AsciiString text = text(input);
    return (text != null && test.test(text)) != negated;
  }

  private @Nullable AsciiString text(RouteInput input) {
    return switch (subject) {
      case HOST -> input.host();
      case PATH -> input.path();
      case METHOD -> input.method();
      case HEADER -> header == null ? null : input.header(header);
    };
  }

  /** What it looks at in a request, for people. */
  String seen(RouteInput input) {
    String name =
        subject == Subject.HEADER ? "header " + header : subject.name().toLowerCase(Locale.ROOT);
    AsciiString text = text(input);
    return text == null ? "no " + name : name + " " + text;
  }
}
