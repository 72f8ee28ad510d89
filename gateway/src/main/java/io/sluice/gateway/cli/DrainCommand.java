package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.Quiet;
import io.sluice.gateway.fleet.Servers;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
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

/** Takes a server or a gateway out, or back in. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice drain server web/a",
    description =
        "Takes a server or a gateway out and waits until nothing is under way there. A gateway says"
            + " 503 at /readyz and ends its clients' connections as they become idle.")
public final class DrainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "KIND", description = "server or gateway")
  private Kind kind = Kind.SERVER;

  @Parameters(index = "1", paramLabel = "ID", description = "backend/server, or a gateway's id")
  private String id = "";

  @Option(names = "--undo", description = "take it back in")
  private boolean undo;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Writing writing = new Writing();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      return switch (kind) {
        case SERVER -> server(store);
        case GATEWAY -> gateway(store);
        default ->
            throw new ParameterException(
                spec.commandLine(), "found " + kind + ", expected server or gateway");
      };
    }
  }

  private int server(EtcdStore store) throws IOException, InterruptedException {
    String key = Kind.SERVER.isId(id) ? Kind.SERVER.key(id) : "";
    EtcdStore.Stored stored = key.isEmpty() ? null : store.find(key);
    if (stored == null || !(Output.JSON.readTree(stored.value()) instanceof ObjectNode record)) {
      output.note("sluice: found no server \"" + id + "\", expected backend/server");
      return 1;
    }
    TreeMap<String, @Nullable String> wanted = new TreeMap<>();
    wanted.put(key, Servers.withState(record, !undo));
    if (undo) {
      return writing.write(store, output, wanted, false);
    }
    int status = writing.writeKeepingAServer(store, output, wanted);
    if (status != 0) {
      return status;
    }
    String backend = id.substring(0, id.indexOf('/'));
    for (Server server : Servers.of(store, backend)) {
      if ((backend + "/" + server.id()).equals(id)) {
        return told(new Quiet(new Fleet(store)).awaitServer(server, writing.timeout()));
      }
    }
    return 0;
  }

  private int gateway(EtcdStore store) throws IOException, InterruptedException {
    Fleet fleet = new Fleet(store);
    if (!fleet.gateways().containsKey(id)) {
      output.note(
          "sluice: found no gateway \"" + id + "\", expected one of " + fleet.gateways().keySet());
      return 1;
    }
    String since = Output.JSON.createObjectNode().put("Since", Instant.now().toString()).toString();
    try {
      store.commit(
          List.of(
              new EtcdStore.Change(
                  GatewayStatus.drainKey(id), undo ? null : since, EtcdStore.Change.ANY, 0)));
    } catch (EtcdStore.Conflict impossible) {
      throw new IllegalStateException(impossible);
    }
    return undo ? 0 : told(new Quiet(fleet).awaitGateway(id, writing.timeout()));
  }

  private int told(List<String> busy) {
    busy.forEach(line -> output.note("sluice: " + line));
    if (output.isJson() && kind == Kind.GATEWAY) {
      ObjectNode drained = Output.JSON.createObjectNode().put("gateway", id);
      drained.put("drained", busy.isEmpty());
      output.json(drained);
    }
    if (busy.isEmpty()) {
      output.note(id + " is drained");
    }
    return busy.isEmpty() ? 0 : 1;
  }
}
