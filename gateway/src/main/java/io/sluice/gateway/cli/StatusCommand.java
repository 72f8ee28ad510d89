package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.store.StoreAwayException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the gateways that are alive and what each has applied. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice status",
    description = "Shows the gateways that are alive and what each has applied.")
public final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "asks this gateway itself, whether or not there is a store")
  private @Nullable String admin;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Watch watch = new Watch();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    String itself = admin;
    if (itself != null) {
      AdminApi api = new AdminApi(options.adminLogin());
      return watch.run(
          output,
          () -> {
            JsonNode status = api.json("the gateway", itself, "/status");
            print(List.of(GatewayStatus.ofPage(status, itself)));
            return 0;
          });
    }
    try (EtcdStore store = options.open()) {
      return watch.run(
          output,
          () -> {
            print(new Fleet(store).gateways().values());
            return 0;
          });
    } catch (StoreAwayException away) {
      throw new StoreAwayException(
          away.getMessage() + "; gateways serve on, and --admin HOST:PORT asks one of them", away);
    }
  }

  private void print(Collection<GatewayStatus> gateways) {
    List<List<?>> rows = new ArrayList<>();
    for (GatewayStatus gateway : gateways) {
      rows.add(
          List.of(
              gateway.id(),
              state(gateway),
              gateway.revision(),
              gateway.tableVersion(),
              gateway.source(),
              gateway.problemCount(),
              gateway.admin()));
    }
    output.rows(
        List.of("gateway", "state", "revision", "table", "source", "problems", "admin"), rows);
    for (GatewayStatus gateway : gateways) {
      gateway.problems().stream()
          .filter(problem -> problem.level() == Problem.Level.ERROR)
          .limit(1)
          .forEach(
              first ->
                  output.note(
                      "gateway " + gateway.id() + ": " + first + "; sluice problems shows all"));
    }
  }

  private static String state(GatewayStatus gateway) {
    if (gateway.draining()) {
      return "draining";
    }
    return gateway.source().equals(GatewayStatus.HELD) ? "held" : "serving";
  }
}
