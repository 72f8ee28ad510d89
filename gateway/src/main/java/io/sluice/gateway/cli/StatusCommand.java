package io.sluice.gateway.cli;

import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the gateways that are alive and what each has applied. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows the gateways that are alive and what each has applied.")
public final class StatusCommand implements Callable<Integer> {
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      List<List<?>> rows = new ArrayList<>();
      for (var gateway : new Fleet(store).gateways().values()) {
        rows.add(
            List.of(
                gateway.id(),
                gateway.draining() ? "draining" : "serving",
                gateway.revision(),
                gateway.tableVersion(),
                gateway.source(),
                gateway.problemCount(),
                gateway.admin()));
      }
      output.rows(
          List.of("gateway", "state", "revision", "table", "source", "problems", "admin"), rows);
      return 0;
    }
  }
}
