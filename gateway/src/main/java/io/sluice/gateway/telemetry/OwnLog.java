package io.sluice.gateway.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The gateway's own log: how much it says, under the names that Vulcand has for it, and how. */
public final class OwnLog {
  /** The levels that it takes. */
  public static final String LEVELS = "panic, fatal, error, warn, warning, info, debug or trace";

  /** How a line is written. */
  public enum Form {
    /** For people. */
    TEXT,
    /** An object with {@code time}, {@code level}, {@code thread}, {@code logger}, ... */
    JSON;

    /** As people write it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final String APPENDER = "stderr";

  private static final Map<String, Level> NAMES =
      Map.of(
          "panic", Level.ERROR,
          "fatal", Level.ERROR,
          "error", Level.ERROR,
          "warn", Level.WARN,
          "warning", Level.WARN,
          "info", Level.INFO,
          "debug", Level.DEBUG,
          "trace", Level.TRACE);

  private OwnLog() {}

  private static @Nullable Logger root() {
    return LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger logger
        ? logger
        : null;
  }

  /** The name of the level that holds now. */
  public static String level() {
    Logger root = root();
    Level level = root == null ? Level.INFO : root.getLevel();
    return level == Level.WARN ? "warning" : level.toString().toLowerCase(Locale.ROOT);
  }

  /** Changes it; false for a name that is none. */
  public static boolean setLevel(String name) {
    Level level = NAMES.get(name.toLowerCase(Locale.ROOT));
    Logger root = root();
    if (level == null || root == null) {
      return false;
    }
    root.setLevel(level);
    return true;
  }

  /** From now on lines are written so. */
  public static void write(Form form) {
    Logger root = root();
    if (form == Form.JSON
        && root != null
        && root.getAppender(APPENDER) instanceof OutputStreamAppender<ILoggingEvent> appender) {
      OwnLogJson encoder = new OwnLogJson();
      encoder.setContext(root.getLoggerContext());
      encoder.start();
      appender.setEncoder(encoder);
    }
  }
}
