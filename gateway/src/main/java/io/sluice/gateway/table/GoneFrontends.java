package io.sluice.gateway.table;

import io.sluice.gateway.config.IdMap;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.telemetry.Telemetry;
import java.util.List;
import java.util.Set;

/** Forgets the meters of frontends that are gone. Control thread only. */
public final class GoneFrontends implements TableFollower {
  private final Telemetry telemetry;
  private IdMap<CompiledFrontend> before = IdMap.empty();

  public GoneFrontends(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    if (table.frontends() != before) {
      Set<String> gone = IdMap.differences(before, table.frontends());
      gone.removeAll(table.frontends().keySet());
      telemetry.forgetFrontends(gone);
      before = table.frontends();
    }
    return List.of();
  }
}
