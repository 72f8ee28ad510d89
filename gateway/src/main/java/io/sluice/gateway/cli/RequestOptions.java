package io.sluice.gateway.cli;

import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.table.CompiledListener;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A request that is decided and sent to nobody, as commands are told it. */
final class RequestOptions {
  @Option(
      names = {"-H", "--header"},
      paramLabel = "'Name: value'",
      description = "a header of the request; Host is the one of the URL")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--listener",
      paramLabel = "ID",
      description = "through this one; else the one at the URL's port, or else the default one")
  private @Nullable String listener;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** What is decided about a request by the routes of a tree. */
  Explanation explain(TreeCheck tree, Explanation.Request request) {
    try {
      CompiledListener through = Explanation.through(tree.table(), request, listener);
      return Explanation.of(tree.table(), through, request);
    } catch (IllegalArgumentException none) {
      throw usage("--listener: " + none.getMessage());
    }
  }

  Explanation.Request request(String method, URI url, String client) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getRawAuthority() == null) {
      throw usage("found \"" + url + "\", expected a URL such as https://shop.example/cart");
    }
    List<Map.Entry<String, String>> fields = fields();
    try {
      return new Explanation.Request(method, url, fields, InetAddress.ofLiteral(client));
    } catch (IllegalArgumentException none) {
      throw usage("--client: found \"" + client + "\", expected an address such as 192.0.2.1");
    }
  }

  /** Its headers. */
  List<Map.Entry<String, String>> fields() {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw usage("--header: found \"" + header + "\", expected 'Name: value'");
      }
      fields.add(Map.entry(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    return fields;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
