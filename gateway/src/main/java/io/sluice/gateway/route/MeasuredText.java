package io.sluice.gateway.route;

import io.netty.util.AsciiString;

/**
 * A text that a regular expression may read so far and no further: each character costs it as many
 * steps as it has instructions.
 */
final class MeasuredText implements CharSequence {
  /** Some milliseconds of an event loop. */
  private static final int MOST_STEPS = 500_000;

  private final AsciiString text;
  private int left;

  private MeasuredText(AsciiString text, int left) {
    this.text = text;
    this.left = left;
  }

  /** The text as it is, where a program of this size cannot take too many steps over it. */
  static CharSequence of(AsciiString text, int programSize) {
    long steps = (long) text.length() * programSize;
    return steps <= MOST_STEPS ? text : new MeasuredText(text, MOST_STEPS / programSize);
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw new MatchFailure();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
