package io.sluice.gateway.admin;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How much the gateway's own log says, under the names that Vulcand has for it. */
final class LogSeverity {
  static final String KNOWN = "panic, fatal, error, warn, warning, info, debug or trace";

  private static final Map<String, Level> LEVELS =
      Map.of(
          "panic", Level.ERROR,
          "fatal", Level.ERROR,
          "error", Level.ERROR,
          "warn", Level.WARN,
          "warning", Level.WARN,
          "info", Level.INFO,
          "debug", Level.DEBUG,
          "trace", Level.TRACE);

  private LogSeverity() {}

  private static @Nullable Logger root() {
    return LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger logger
        ? logger
        : null;
  }

  /** The name of what holds now. */
  static String current() {
    Logger root = root();
    Level level = root == null ? Level.INFO : root.getLevel();
    return level == Level.WARN ? "warning" : level.toString().toLowerCase(Locale.ROOT);
  }

  /** Changes it; false for a name that is none. */
  static boolean set(String name) {
    Level level = LEVELS.get(name.toLowerCase(Locale.ROOT));
    Logger root = root();
    if (level == null || root == null) {
      return false;
    }
    root.setLevel(level);
    return true;
  }
}
