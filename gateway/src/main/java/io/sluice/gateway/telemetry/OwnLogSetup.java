package io.sluice.gateway.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;

/**
 * How the own log begins: lines for people to standard error, from {@code SLUICE_LOG_LEVEL} on.
 * Found by Logback itself; in code, since reading XML costs a command a tenth of its time. A file
 * that {@code -Dlogback.configurationFile} names is read instead.
 */
public final class OwnLogSetup extends ContextAwareBase implements Configurator {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0}:"
          + " %replace(%msg){'[\\r\\n\\p{Cntrl}]+',' '}%n";

  /**
   * Of libraries. The gateway follows its watches itself and says what it sees; jetcd's own retries
   * are noise beside that.
   */
  private static final Map<String, Level> LEVELS =
      Map.of(
          "io.netty", Level.WARN,
          "io.grpc", Level.WARN,
          "io.vertx", Level.WARN,
          // A line for each request that somebody has sent too many of at once.
          "io.vertx.core.http", Level.ERROR,
          "io.etcd", Level.OFF);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName(OwnLog.APPENDER);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(System.getenv("SLUICE_LOG_LEVEL"), Level.INFO));
    root.addAppender(appender);
    LEVELS.forEach((name, level) -> context.getLogger(name).setLevel(level));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
