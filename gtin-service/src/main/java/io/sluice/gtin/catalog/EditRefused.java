package io.sluice.gtin.catalog;

/** An edit that is not to be made; nothing was changed. */
public final class EditRefused extends Exception {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Cause {
    /** The item is not as the author thinks. */
    CHANGED,
    /** There is none. */
    UNKNOWN,
    /** It would be no item any more; the message says why. */
    BAD,
    /** Whoever asked for it is gone. */
    ABANDONED
  }

  private final Cause why;

  public EditRefused(Cause why) {
    super(why.name());
    this.why = why;
  }

  public EditRefused(Cause why, String message) {
    super(message);
    this.why = why;
  }

  public Cause why() {
    return why;
  }
}
