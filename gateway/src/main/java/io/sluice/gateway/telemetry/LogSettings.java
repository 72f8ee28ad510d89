package io.sluice.gateway.telemetry;

import java.util.function.Predicate;

/**
 * The access log as an operator wants it.
 *
 * @param target a file to append to, {@code -} for standard output, {@code off} for none
 * @param format how an entry is written
 * @param kept which entries are written at all; asked by the one thread that writes
 */
public record LogSettings(String target, LogFormat format, Predicate<AccessEntry> kept) {

  /** Every entry, as JSON. */
  public static LogSettings to(String target) {
    return new LogSettings(target, LogFormat.JSON, entry -> true);
  }
}
