package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.tls.HostCheck;
import io.sluice.gateway.tls.ServerNames;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Certificates that are served and do not fit their hosts, or end soon. Looked at when the table
 * changes and every few minutes. Control thread only.
 */
public final class CertificateWatch implements TableFollower {
  private static final Duration EVERY = Duration.ofMinutes(5);

  private final InstantSource clock;
  private final Consumer<Map<String, Double>> ends;
  private Instant next = Instant.MIN;
  private RoutingTable seen = RoutingTable.EMPTY;
  private List<Problem> found = List.of();

  public CertificateWatch(InstantSource clock, Telemetry telemetry) {
    this.clock = clock;
    this.ends = telemetry.gauges(Metric.CERTIFICATE_ENDS);
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    Instant now = clock.instant();
    boolean same =
        table.config().hosts() == seen.config().hosts()
            && table.serverNames() == seen.serverNames();
    if (!same || now.isAfter(next)) {
      next = now.plus(EVERY);
      found = in(table, now);
      ServerNames served = table.serverNames();
      ends.accept(served == null ? Map.of() : served.ends());
    }
    seen = table;
    return found;
  }

  /** What cannot be used at all its listener says. */
  private static List<Problem> in(RoutingTable table, Instant now) {
    ServerNames served = table.serverNames();
    return served == null
        ? List.of()
        : HostCheck.of(table.config().hosts().values(), served, now).stream()
            .filter(problem -> problem.level() == Problem.Level.WARNING)
            .toList();
  }
}
