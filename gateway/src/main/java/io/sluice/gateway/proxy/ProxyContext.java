package io.sluice.gateway.proxy;

import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Telemetry;
import java.util.concurrent.atomic.LongAdder;

/**
 * What every exchange of the process shares.
 *
 * @param inFlight how many exchanges are under way
 */
public record ProxyContext(
    LiveTable live, Telemetry telemetry, AccessLog accessLog, LongAdder inFlight) {}
