package io.sluice.gateway.cli;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what gateways refused and why. */
@Command(
    name = "problems",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice problems",
    description = "Shows what gateways have refused and why; exits with 1 where there is an error.")
public final class ProblemsCommand implements Callable<Integer> {
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Watch watch = new Watch();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      return watch.run(output, () -> look(store));
    }
  }

  private int look(EtcdStore store) throws IOException, InterruptedException {
    Map<Problem, List<String>> gateways = new LinkedHashMap<>();
    for (GatewayStatus gateway : new Fleet(store).gateways().values()) {
      for (Problem problem : gateway.problems()) {
        gateways.computeIfAbsent(problem, p -> new ArrayList<>()).add(gateway.id());
      }
      if (gateway.problemCount() > gateway.problems().size()) {
        output.note(
            "gateway "
                + gateway.id()
                + " has "
                + gateway.problemCount()
                + " problems and names the first "
                + gateway.problems().size()
                + "; all are in its /status at "
                + gateway.admin());
      }
    }
    List<List<?>> rows = new ArrayList<>();
    gateways.forEach(
        (problem, ids) ->
            rows.add(
                List.of(
                    Output.level(problem),
                    problem.where(),
                    problem.found(),
                    problem.expected(),
                    ids)));
    if (rows.isEmpty()) {
      output.note("no problems");
    }
    output.rows(List.of("level", "where", "found", "expected", "gateways"), rows);
    boolean error =
        gateways.keySet().stream().anyMatch(each -> each.level() == Problem.Level.ERROR);
    return error ? 1 : 0;
  }
}
