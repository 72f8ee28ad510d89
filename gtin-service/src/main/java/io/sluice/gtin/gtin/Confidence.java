package io.sluice.gtin.gtin;

import java.util.Locale;

/** How much a step of a reading proves, from the surest on. */
public enum Confidence {
  /** The text itself, or who sent it, says so. */
  CERTAIN,
  /** A check digit bears it out, and no other reading does. */
  LIKELY,
  /** Chance explains it as well; never believed alone. */
  GUESSED;

  /** Such as {@code certain}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
