package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.config.StageType;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.ServerView;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where a request would go, and why. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice explain -X POST https://shop.example/cart",
    description =
        "Says which frontend takes a request and why no other does, what it passes and where it is"
            + " sent; exits with 1 where none takes it. Nothing is sent.")
public final class ExplainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "URL", description = "such as https://shop.example/cart")
  private URI url = URI.create("http://localhost/");

  @Option(
      names = {"-X", "--method"},
      paramLabel = "METHOD",
      defaultValue = "GET",
      description = "the request's method (${DEFAULT-VALUE})")
  private String method = "GET";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'Name: value'",
      description = "a header of the request; Host is the one of the URL")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--client",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "who sends it (${DEFAULT-VALUE})")
  private String client = "127.0.0.1";

  @Option(
      names = "--listener",
      paramLabel = "ID",
      description = "through this one; else the one at the URL's port, or else the default one")
  private @Nullable String listener;

  @Option(
      names = {"-f", "--file"},
      arity = "1..*",
      paramLabel = "DIR",
      description = "by folders that mirror the key tree, without a store")
  private List<Path> folders = new ArrayList<>();

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private SealOption seals = new SealOption();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Explanation.Request request = request();
    if (!folders.isEmpty()) {
      TreeCheck tree = TreeCheck.of(TreeFiles.read(folders).values(), seals.keys());
      return print(tree, Explanation.of(tree.table(), through(tree, request), request), List.of());
    }
    try (EtcdStore store = options.open()) {
      TreeCheck tree = TreeCheck.of(TreeChanges.values(store.read("")), seals.keys());
      Explanation explanation = Explanation.of(tree.table(), through(tree, request), request);
      Map<String, List<Server>> backends = new TreeMap<>(tree.config().servers());
      backends.keySet().retainAll(explanation.backends().keySet());
      List<ServerView> servers =
          backends.isEmpty()
              ? List.of()
              : ServerView.of(new Fleet(store), backends, line -> output.note("sluice: " + line));
      return print(tree, explanation, servers);
    }
  }

  private Explanation.Request request() {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getRawAuthority() == null) {
      throw usage("found \"" + url + "\", expected a URL such as https://shop.example/cart");
    }
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw usage("--header: found \"" + header + "\", expected 'Name: value'");
      }
      fields.add(Map.entry(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    try {
      return new Explanation.Request(method, url, fields, InetAddress.ofLiteral(client));
    } catch (IllegalArgumentException none) {
      throw usage("--client: found \"" + client + "\", expected an address such as 192.0.2.1");
    }
  }

  private CompiledListener through(TreeCheck tree, Explanation.Request request) {
    List<CompiledListener> all = List.copyOf(tree.table().allListeners());
    List<CompiledListener> found =
        all.stream()
            .filter(
                each ->
                    listener == null
                        ? each.written().port() == request.port()
                        : each.id().equals(listener))
            .toList();
    if (found.isEmpty() && listener == null) {
      List<CompiledListener> defaults =
          all.stream().filter(each -> each.written().isDefault()).toList();
      found = defaults.isEmpty() ? all : defaults;
    }
    if (found.size() != 1) {
      throw usage(
          "--listener: found "
              + (found.isEmpty() ? "none" : "several")
              + " for this request, expected one of "
              + all.stream().map(CompiledListener::id).sorted().toList());
    }
    return found.getFirst();
  }

  private int print(TreeCheck tree, Explanation explanation, List<ServerView> servers) {
    CompiledFrontend frontend = explanation.frontend();
    if (output.isJson()) {
      output.json(json(tree, explanation, servers));
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

  private static ObjectNode json(
      TreeCheck tree, Explanation explanation, List<ServerView> servers) {
    CompiledFrontend frontend = explanation.frontend();
    ObjectNode json = Output.JSON.createObjectNode();
    json.put("revision", tree.table().revision());
    json.put("listener", explanation.listener());
    json.put("refused", explanation.refused());
    json.put("frontend", frontend == null ? null : frontend.id());
    json.put("backend", explanation.backends().keySet().stream().findFirst().orElse(null));
    json.set("backends", Output.JSON.valueToTree(explanation.backends()));
    json.set("candidates", Output.JSON.valueToTree(explanation.candidates()));
    ArrayNode stages = json.putArray("stages");
    if (frontend != null) {
      json.put("unavailable", frontend.unavailable() == null ? "" : "" + frontend.unavailable());
      frontend
          .middlewares()
          .forEach(
              each ->
                  stages
                      .addObject()
                      .put("id", each.id())
                      .put("type", StageType.of(each.spec()).written())
                      .put("priority", each.priority())
                      .put("verdict", explanation.stages().getOrDefault(each.id(), "not reached")));
    }
    ArrayNode list = json.putArray("servers");
    for (ServerView each : servers) {
      list.addObject()
          .put("backend", each.backend())
          .put("server", each.server())
          .put("url", each.url())
          .put("state", each.state())
          .put("last_error", each.lastError());
    }
    return json;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
