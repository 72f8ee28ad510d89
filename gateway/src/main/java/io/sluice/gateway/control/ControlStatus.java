package io.sluice.gateway.control;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.table.RoutingTable;
import java.time.Instant;
import java.util.List;

/**
 * What the control plane has done so far: a snapshot for the admin API.
 *
 * @param origin where the served tree came from: {@code etcd}, {@code folder}, {@code disk}, or
 *     {@code none} before the first
 * @param appliedAt when it was published
 * @param problems of the tree, its compilation and the sockets
 * @param source how it stands with the store
 */
public record ControlStatus(
    RoutingTable table,
    String origin,
    Instant appliedAt,
    List<Problem> problems,
    SourceStatus source) {

  /** Whether a table serves. */
  public boolean isServing() {
    return table.version() > 0;
  }
}
