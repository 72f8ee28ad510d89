package io.sluice.gtin;

import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals that tools send by habit and that would end the process at once: here they mean nothing,
 * since the request log follows its path by itself. {@code TERM} and {@code INT} drain.
 */
final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  /** What logrotate, init scripts and timers send. */
  private static final List<String> HARMLESS = List.of("HUP", "USR1", "USR2", "ALRM");

  private Signals() {}

  /** From now on none of them ends the process. */
  static void survive() {
    HARMLESS.forEach(Signals::survive);
  }

  /** By reflection: the compiler warns of the class, and we take no warnings. */
  private static void survive(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ignore =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                LOG.info("SIG{}: nothing to do; the request log follows its path", name);
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), ignore);
    } catch (ReflectiveOperationException taken) {
      // The JVM has this one for itself, and lives on when it comes.
      LOG.debug("SIG{} is the JVM's", name, taken);
    }
  }
}
