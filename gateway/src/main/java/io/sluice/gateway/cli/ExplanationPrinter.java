package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.StageType;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.ServerView;
import io.sluice.gateway.table.CompiledFrontend;
import java.util.List;

/** Where a request goes and why, for people or for programs. */
final class ExplanationPrinter {
  private final Output output;

  ExplanationPrinter(Output output) {
    this.output = output;
  }

  /**
   * Prints it.
   *
   * @return the exit status: 1 where nothing takes the request
   */
  int print(Explanation explanation, List<ServerView> servers) {
    CompiledFrontend frontend = explanation.frontend();
    if (output.isJson()) {
      output.json(json(explanation, servers));
    } else {
      people(explanation, servers);
    }
    boolean served = frontend != null && frontend.unavailable() == null;
    return served ? 0 : 1;
  }

  private void people(Explanation explanation, List<ServerView> servers) {
    CompiledFrontend frontend = explanation.frontend();
    say("listener  " + explanation.listener());
    if (!explanation.refused().isEmpty()) {
      say("refused   " + explanation.refused());
      return;
    }
    if (frontend == null) {
      say("frontend  none takes it, so the answer is 404");
    } else {
      say("frontend  " + frontend.id() + "  " + frontend.route());
      if (frontend.unavailable() != null) {
        say("          answers 503: " + frontend.unavailable());
      }
      for (Middleware stage : frontend.middlewares()) {
        String said = explanation.stages().getOrDefault(stage.id(), "not reached");
        say("stage     " + stage.id() + "  " + describe(stage) + ": " + said);
      }
      explanation
          .backends()
          .forEach((backend, percent) -> say("backend   " + backend + "  " + percent + " %"));
      for (ServerView each : servers) {
        say(
            "server    "
                + each.backend()
                + "/"
                + each.server()
                + "  "
                + each.url()
                + "  "
                + each.state()
                + (each.lastError().isEmpty() ? "" : "  (last error: " + each.lastError() + ")"));
      }
    }
    for (Explanation.Candidate each : explanation.candidates()) {
      say((each.matches() ? "matches   " : "not       ") + each.frontend() + "  " + each.because());
    }
    output.out().flush();
  }

  private void say(String line) {
    output.out().println(line);
  }

  private static String describe(Middleware stage) {
    return StageType.of(stage.spec()).written() + ", priority " + stage.priority();
  }

  private static ObjectNode json(Explanation explanation, List<ServerView> servers) {
    ObjectNode json = explanation.json();
    ArrayNode list = json.putArray("servers");
    servers.forEach(each -> list.add(Output.brief(each)));
    return json;
  }
}
