package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Compares a new regular expression with texts that are hard for it, on a thread whose stack is
 * smaller than an event loop's, so that what would overflow does it here and not at a request.
 */
final class Trial {
  /** Smaller ones have been seen to need a tenth of the stack. */
  private static final int SMALL = 200;

  private static final long STACK_BYTES = 448 * 1024;
  private static final int TEXT_LENGTH = 400;
  private static final long PATIENCE_MILLIS = 5_000;

  private Trial() {}

  static boolean passes(TextTest.Regexp test, String regexp) {
    if (test.size() <= SMALL) {
      return true;
    }
    AtomicBoolean passed = new AtomicBoolean();
    Thread trial = new Thread(null, () -> passed.set(compare(test, regexp)), "trial", STACK_BYTES);
    trial.setDaemon(true);
    trial.start();
    try {
      trial.join(PATIENCE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return passed.get();
  }

  private static boolean compare(TextTest.Regexp test, String regexp) {
    String letters = regexp.replaceAll("[^A-Za-z0-9/._-]", "");
    String own = letters.isEmpty() ? "a" : letters;
    for (String text : List.of("", "a", "/", own, own.substring(0, 1))) {
      String longer = text.isEmpty() ? "" : text.repeat(TEXT_LENGTH / text.length() + 1);
      try {
        test.pattern().matcher(AsciiString.of(longer)).find();
      } catch (StackOverflowError tooDeep) {
        return false;
      }
    }
    return true;
  }
}
