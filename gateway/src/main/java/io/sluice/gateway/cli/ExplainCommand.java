package io.sluice.gateway.cli;

import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.ServerView;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.fleet.TreeFiles;
import io.sluice.gateway.store.EtcdStore;
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
import picocli.CommandLine;
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
    Explanation.Request request = request(spec.commandLine(), method, url, headers, client);
    if (!folders.isEmpty()) {
      TreeCheck tree = TreeCheck.of(TreeFiles.read(folders).values(), seals.keys());
      return new ExplanationPrinter(output)
          .print(
              Explanation.of(
                  tree.table(),
                  through(spec.commandLine(), tree, listener, request.port()),
                  request),
              List.of());
    }
    try (EtcdStore store = options.open()) {
      TreeCheck tree = TreeCheck.of(TreeChanges.values(store.read("")), seals.keys());
      Explanation explanation =
          Explanation.of(
              tree.table(), through(spec.commandLine(), tree, listener, request.port()), request);
      Map<String, List<Server>> backends = new TreeMap<>(tree.config().servers());
      backends.keySet().retainAll(explanation.backends().keySet());
      List<ServerView> servers =
          backends.isEmpty()
              ? List.of()
              : ServerView.of(new Fleet(store), backends, line -> output.note("sluice: " + line));
      return new ExplanationPrinter(output).print(explanation, servers);
    }
  }

  /** A request as options say it. */
  static Explanation.Request request(
      CommandLine command, String method, URI url, List<String> headers, String client) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getRawAuthority() == null) {
      throw new ParameterException(
          command, "found \"" + url + "\", expected a URL such as https://shop.example/cart");
    }
    List<Map.Entry<String, String>> fields = fields(command, headers);
    try {
      return new Explanation.Request(method, url, fields, InetAddress.ofLiteral(client));
    } catch (IllegalArgumentException none) {
      throw new ParameterException(
          command, "--client: found \"" + client + "\", expected an address such as 192.0.2.1");
    }
  }

  /** Headers as options say them. */
  static List<Map.Entry<String, String>> fields(CommandLine command, List<String> headers) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new ParameterException(
            command, "--header: found \"" + header + "\", expected 'Name: value'");
      }
      fields.add(Map.entry(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    return fields;
  }

  /**
   * The listener through which a request comes.
   *
   * @param id which one; null for the one at the port, or else the default one
   */
  static CompiledListener through(
      CommandLine command, TreeCheck tree, @Nullable String id, int port) {
    List<CompiledListener> all = List.copyOf(tree.table().allListeners());
    List<CompiledListener> found =
        all.stream()
            .filter(each -> id == null ? each.written().port() == port : each.id().equals(id))
            .toList();
    if (found.isEmpty() && id == null) {
      List<CompiledListener> defaults =
          all.stream().filter(each -> each.written().isDefault()).toList();
      found = defaults.isEmpty() ? all : defaults;
    }
    if (found.size() != 1) {
      throw new ParameterException(
          command,
          "--listener: found "
              + (found.isEmpty() ? "none" : "several")
              + " for this request, expected one of "
              + all.stream().map(CompiledListener::id).sorted().toList());
    }
    return found.getFirst();
  }
}
