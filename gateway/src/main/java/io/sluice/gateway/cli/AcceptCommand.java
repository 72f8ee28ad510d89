package io.sluice.gateway.cli;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives the operator's word for a tree that is held back. */
@Command(
    name = "accept",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice accept",
    description =
        "Tells gateways that the tree which they hold back, since the store was restored, wiped or"
            + " exchanged, is the right one.")
public final class AcceptCommand implements Callable<Integer> {
  @Option(names = "--gateway", paramLabel = "ID", description = "this one alone; else all of them")
  private @Nullable String gateway;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      Fleet fleet = new Fleet(store);
      List<List<?>> rows = new ArrayList<>();
      boolean failed = false;
      for (GatewayStatus each : fleet.gateways().values()) {
        if (gateway != null && !gateway.equals(each.id())) {
          continue;
        }
        try {
          rows.add(List.of(each.id(), fleet.accept(each) ? "accepted" : "held nothing back"));
        } catch (IOException refused) {
          output.note("sluice: " + refused.getMessage());
          failed = true;
        }
      }
      if (rows.isEmpty() && !failed) {
        output.note(
            "sluice: found no gateway"
                + (gateway == null ? "" : " \"" + gateway + "\"")
                + " that is alive");
        return 1;
      }
      output.rows(List.of("gateway", "answer"), rows);
      return failed ? 1 : 0;
    }
  }
}
