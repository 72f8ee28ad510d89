package io.sluice.gateway.exchange;

import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.trace.Traces;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What every exchange of the process shares.
 *
 * @param traces which exchanges are recorded
 * @param ledger what may be kept for strangers
 * @param matchFailures routes that could not be compared
 * @param connections how many clients are connected
 * @param via how this gateway knows a request that comes back to it
 */
public record ProxyContext(
    LiveTable live,
    Telemetry telemetry,
    AccessLog accessLog,
    Traces traces,
    Ledger ledger,
    MatchFailures matchFailures,
    AtomicInteger connections,
    Via via) {
  public ProxyContext(
      LiveTable live,
      Telemetry telemetry,
      AccessLog accessLog,
      Traces traces,
      Ledger ledger,
      MatchFailures matchFailures) {
    this(live, telemetry, accessLog, traces, ledger, matchFailures, new AtomicInteger(), new Via());
  }
}
