package io.sluice.gateway.cli;

import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.ServerView;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
      names = "--client",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "who sends it (${DEFAULT-VALUE})")
  private String client = "127.0.0.1";

  @Option(
      names = {"-f", "--file"},
      arity = "1..*",
      paramLabel = "DIR",
      description = "by folders that mirror the key tree, without a store")
  private List<Path> folders = new ArrayList<>();

  @Mixin private RequestOptions asked = new RequestOptions();
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private SealOption seals = new SealOption();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Explanation.Request request = asked.request(method, url, client);
    if (!folders.isEmpty()) {
      TreeCheck tree = TreeCheck.of(TreeFiles.read(folders).values(), seals.keys());
      return new ExplanationPrinter(output).print(asked.explain(tree, request), List.of());
    }
    try (EtcdStore store = options.open()) {
      TreeCheck tree = TreeCheck.of(TreeChanges.values(store.read("")), seals.keys());
      Explanation explanation = asked.explain(tree, request);
      Map<String, List<Server>> backends = new TreeMap<>(tree.config().servers());
      backends.keySet().retainAll(explanation.backends().keySet());
      List<ServerView> servers =
          backends.isEmpty()
              ? List.of()
              : ServerView.of(new Fleet(store), backends, line -> output.note("sluice: " + line));
      return new ExplanationPrinter(output).print(explanation, servers);
    }
  }
}
