package io.sluice.testkit;

import java.time.Duration;

/**
 * How long a test waits for what has to come before it says that it does not: long enough for a
 * slow machine that is busy with other things, since whoever gets it waits no longer for that. A
 * test whose law is a time says that time itself.
 */
public final class Patience {
  public static final Duration TIME = Duration.ofSeconds(60);

  /** The same for sockets. */
  public static final int MILLIS = (int) TIME.toMillis();

  private Patience() {}
}
