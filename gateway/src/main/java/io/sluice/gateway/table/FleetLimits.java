package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.middleware.FleetCounts;
import java.util.List;

/** Says so where a limit is for the whole fleet and nobody counts for it. Control thread only. */
public final class FleetLimits implements TableFollower {
  private final FleetCounts counts;
  private final String where;
  private long version = -1;
  private int limits;

  /**
   * @param where the Redis that counts; empty for none
   */
  public FleetLimits(FleetCounts counts, String where) {
    this.counts = counts;
    this.where = where;
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    if (table.version() != version) {
      version = table.version();
      limits =
          (int)
              table.frontends().values().stream()
                  .flatMap(each -> each.middlewares().stream())
                  .filter(each -> each.spec().countsOverFleet())
                  .count();
    }
    if (limits == 0 || counts.isThere()) {
      return List.of();
    }
    String found = limits + (limits == 1 ? " limit" : " limits") + " with Fleet, and ";
    return List.of(
        where.isEmpty()
            ? Problem.warning(
                "--redis", found + "no Redis", "serve --redis URL; each gateway counts alone")
            : Problem.warning(
                "--redis",
                found + "no answer from Redis at " + where,
                "one; each of "
                    + counts.gateways()
                    + " gateways allows its part until it answers"));
  }
}
