package io.sluice.gateway.route;

import io.netty.util.AsciiString;
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

  boolean holds(RouteInput input) {
    AsciiString text =
        switch (subject) {
          case HOST -> input.host();
          case PATH -> input.path();
          case METHOD -> input.method();
          case HEADER -> header == null ? null : input.header(header);
        };
    return (text != null && test.test(text)) != negated;
  }
}
