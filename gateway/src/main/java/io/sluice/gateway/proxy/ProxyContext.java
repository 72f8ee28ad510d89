package io.sluice.gateway.proxy;

import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Telemetry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What every exchange of the process shares.
 *
 * @param inFlight how many exchanges are under way
 * @param mostInFlight how many may be, before new ones are turned away
 */
public record ProxyContext(
    LiveTable live,
    Telemetry telemetry,
    AccessLog accessLog,
    AtomicInteger inFlight,
    int mostInFlight) {
  /** Whether another exchange would be one too many for the memory that there is. */
  boolean isOverloaded() {
    return inFlight.get() > mostInFlight;
  }
}
