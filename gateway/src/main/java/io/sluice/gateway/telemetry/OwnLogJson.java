package io.sluice.gateway.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;

/**
 * A line of the own log as one JSON object: {@code time} (RFC 3339), {@code level}, {@code thread},
 * {@code logger}, {@code message}, and {@code stack_trace} where something was thrown.
 */
final class OwnLogJson extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder("{\"time\":\"").append(event.getInstant()).append('"');
    text(line, "level", event.getLevel().toString());
    text(line, "thread", event.getThreadName());
    text(line, "logger", event.getLoggerName());
    text(line, "message", event.getFormattedMessage());
    if (event.getThrowableProxy() != null) {
      text(line, "stack_trace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void text(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":\"");
    JsonText.append(line, value);
    line.append('"');
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
