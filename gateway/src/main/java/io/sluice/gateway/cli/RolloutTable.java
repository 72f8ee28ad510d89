package io.sluice.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sluice.gateway.rollout.ReportPage;
import io.sluice.gateway.rollout.Rollout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Rollouts as operators see them. */
final class RolloutTable {
  private RolloutTable() {}

  static void print(Output output, Collection<Rollout> rollouts) throws JsonProcessingException {
    if (output.isJson()) {
      ArrayNode all = Output.JSON.createArrayNode();
      for (Rollout rollout : rollouts) {
        all.add(Output.JSON.readTree(rollout.toJson()));
      }
      output.json(all);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Rollout rollout : rollouts) {
      rows.add(
          List.of(
              rollout.id(),
              rollout.plan().style(),
              rollout.plan().what(),
              rollout.phase().name(),
              rollout.share() + " %",
              rollout.timeline().isEmpty() ? "" : rollout.timeline().getLast().what()));
    }
    output.rows(List.of("rollout", "style", "what", "phase", "step", "last"), rows);
  }

  static void timeline(Output output, Rollout rollout) {
    for (Rollout.Event event : rollout.timeline()) {
      output.out().printf("%s  %3d %%  %s%n", event.at(), event.share(), event.what());
    }
    output.out().flush();
  }

  /** Writes {@code ID.json} and {@code ID.html} into a folder, which is made if it is not there. */
  static void report(Output output, Rollout rollout, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path json = folder.resolve(rollout.id() + ".json");
    Path page = folder.resolve(rollout.id() + ".html");
    Files.writeString(
        json, Output.JSON.writeValueAsString(Output.JSON.readTree(rollout.toJson())) + "\n");
    Files.writeString(page, ReportPage.of(rollout));
    output.note("wrote " + json + " and " + page);
  }
}
