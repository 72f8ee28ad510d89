package io.sluice.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.Replay;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says why a request went where it went. */
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    footer = {
      "%nExample: sluice why 0c5f2d9a7b1e4c60",
      "         sluice why --at 1234 GET https://shop.example/cart"
    },
    description =
        "Finds a request by the id that its response and its line in the access log have, and runs"
            + " the decision again on the routes of that time: who took it, who nearly did and why"
            + " not, what each stage says. With --at a request that nobody sent.")
public final class WhyCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..2",
      paramLabel = "ID | METHOD URL",
      description = "the X-Request-Id of a response; with --at, what is asked and how")
  private List<String> what = new ArrayList<>();

  @Option(
      names = "--at",
      paramLabel = "REVISION",
      description = "on the routes of this revision, as sluice history shows them")
  private @Nullable Long revision;

  @Option(
      names = "--line",
      description =
          "ID is a file with the request's line of the access log (JSON), or - for standard input:"
              + " no gateway is asked")
  private boolean line;

  @Mixin private RequestOptions asked = new RequestOptions();
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private SealOption seals = new SealOption();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (what.size() != (revision == null ? 1 : 2)) {
      throw usage(
          "found " + what.size() + " words, expected an ID, or --at REVISION with METHOD and URL");
    }
    try (EtcdStore store = options.open()) {
      if (revision != null) {
        Explanation.Request request =
            asked.request(what.getFirst(), URI.create(what.getLast()), "127.0.0.1");
        return new ExplanationPrinter(output)
            .print(asked.explain(tree(store, revision), request), List.of());
      }
      JsonNode found = line ? read(what.getFirst()) : find(new Fleet(store), what.getFirst());
      return found == null ? 1 : print(store, found);
    }
  }

  private TreeCheck tree(EtcdStore store, long at) throws IOException, InterruptedException {
    return TreeCheck.of(History.treeAt(store, store.read(""), at), seals.keys());
  }

  private JsonNode read(String file) throws IOException {
    String text =
        file.equals("-")
            ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
            : Files.readString(Path.of(file));
    try {
      JsonNode node = Output.JSON.readTree(text);
      if (node != null && node.path("revision").isIntegralNumber()) {
        return node;
      }
    } catch (JsonProcessingException none) {
      // Said below.
    }
    throw usage("--line: found no line of an access log in " + file + ", expected one, as JSON");
  }

  private @Nullable JsonNode find(Fleet fleet, String id) throws IOException, InterruptedException {
    Map<String, GatewayStatus> gateways = fleet.gateways();
    for (GatewayStatus gateway : gateways.values()) {
      try {
        JsonNode found = fleet.exchange(gateway, id);
        if (found instanceof ObjectNode line) {
          line.put("gateway", gateway.id());
          return line;
        }
      } catch (AdminApi.SilentException silent) {
        output.note("sluice: " + silent.getMessage());
      }
    }
    output.note(
        "sluice: none of "
            + gateways.size()
            + " gateways has a request "
            + id
            + " in its access log, its file before it or its memory; where lines are kept"
            + " elsewhere: sluice why --line FILE");
    return null;
  }

  private int print(EtcdStore store, JsonNode found) throws IOException, InterruptedException {
    TreeCheck tree = tree(store, found.path("revision").asLong());
    Replay replay = Replay.of(tree.table(), found, asked.fields());
    Explanation explanation = replay.explanation();
    if (output.isJson()) {
      ObjectNode json = Output.JSON.createObjectNode();
      json.set("request", found);
      json.set("explanation", explanation == null ? null : explanation.json());
      output.json(json);
    } else {
      people(found);
      if (explanation != null) {
        new ExplanationPrinter(output).print(explanation, List.of());
      }
    }
    replay.notes().forEach(note -> output.note("sluice: " + note));
    return replay.asRecorded() ? 0 : 1;
  }

  private void people(JsonNode found) {
    say("request   ", found, "request_id", "time", "client", "method", "host", "path");
    say("answered  ", found, "status", "reason", "stage", "duration_ms", "gateway", "revision");
    for (JsonNode each : found.path("tries")) {
      say("try       ", each, "endpoint", "reason", "ms");
    }
  }

  private void say(String what, JsonNode found, String... names) {
    StringBuilder line = new StringBuilder(what);
    for (String name : names) {
      String value = found.path(name).asText();
      if (!value.isEmpty()) {
        line.append(name).append('=').append(value).append(' ');
      }
    }
    output.out().println(line.toString().stripTrailing());
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
