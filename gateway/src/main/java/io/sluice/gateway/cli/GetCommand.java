package io.sluice.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Secrets;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows objects of the tree in etcd. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice get frontends -o wide",
    description = "Shows one object of the tree in etcd, or all of a kind.")
public final class GetCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
  private Kind kind = Kind.FRONTEND;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ID",
      description = "backend/server for a server, frontend/middleware for a middleware")
  private @Nullable String id;

  @Option(
      names = "--with-secrets",
      description = "with an id: the private keys too, as upsert wants them")
  private boolean withSecrets;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      if (id != null) {
        EtcdStore.Stored stored = kind.isId(id) ? store.find(kind.key(id)) : null;
        if (stored == null) {
          output.note("sluice: found no " + kind + " \"" + id + "\"");
          return 1;
        }
        String value = stored.value();
        output.json(withSecrets ? parse(value) : shown(kind.key(id), value));
        return 0;
      }
      ObjectNode all = Output.JSON.createObjectNode();
      List<List<String>> rows = new ArrayList<>();
      store
          .read("")
          .keys()
          .forEach(
              (key, stored) -> {
                String found = kind.findId(key);
                if (found != null) {
                  JsonNode value = shown(key, stored.value());
                  all.set(found, value);
                  rows.add(
                      List.of(
                          found,
                          Long.toString(stored.modRevision()),
                          stored.lease() == 0 ? "" : "leased",
                          value.toString()));
                }
              });
      if (output.isJson()) {
        output.json(all);
      } else {
        output.rows(List.of("id", "revision", "lease", "value"), rows);
      }
      return 0;
    }
  }

  /** A record as people may see it: without its secrets. */
  static JsonNode shown(String key, String value) {
    return parse(Secrets.hidden(key, value));
  }

  /** The value as JSON; as text where it is none, so that the operator sees what stands there. */
  private static JsonNode parse(String value) {
    try {
      return Output.JSON.readTree(value);
    } catch (JsonProcessingException notJson) {
      return Output.JSON.getNodeFactory().textNode(value);
    }
  }
}
