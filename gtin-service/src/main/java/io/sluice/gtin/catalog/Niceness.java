package io.sluice.gtin.catalog;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a thread lets others go first when there are more of them than processors. Java's own
 * priorities do nothing on Linux for who is not root; {@code setpriority(2)} does, for the thread
 * that calls it.
 */
final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
  private static final int THIS_THREAD = 0;
  private static final int MOST = 19;

  private Niceness() {}

  /** Runs something on a thread that waits for whoever does not wait. */
  static Runnable patiently(Runnable task) {
    return () -> {
      raise();
      task.run();
    };
  }

  /** Raises that of the calling thread for good. Elsewhere than on Linux it stays as it is. */
  @SuppressWarnings("restricted") // The launchers allow it: --enable-native-access.
  private static void raise() {
    if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
      return;
    }
    try {
      Linker linker = Linker.nativeLinker();
      SymbolLookup libc = linker.defaultLookup();
      Object result =
          linker
              .downcallHandle(
                  libc.findOrThrow("setpriority"),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT))
              .invokeWithArguments(THIS_THREAD, THIS_THREAD, MOST);
      LOG.debug("setpriority: {}", result);
    } catch (Throwable unknown) {
      LOG.debug("threads stay as patient as others", unknown);
    }
  }
}
