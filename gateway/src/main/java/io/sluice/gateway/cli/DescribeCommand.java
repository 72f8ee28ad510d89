package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.config.StageType;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.ServerView;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one object with all that belongs to it. */
@Command(
    name = "describe",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice describe backend web",
    description =
        "Shows an object of the tree with what belongs to it: what it uses and who uses it, its"
            + " servers and their state, what gateways say is wrong with it, and its last changes.")
public final class DescribeCommand implements Callable<Integer> {
  private static final int MOST_CHANGES = 5;

  @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
  private Kind kind = Kind.FRONTEND;

  @Parameters(
      index = "1",
      paramLabel = "ID",
      description = "backend/server for a server, frontend/middleware for a middleware")
  private String id = "";

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      EtcdStore.Snapshot tree = store.read("");
      EtcdStore.Stored stored = kind.isId(id) ? tree.keys().get(kind.key(id)) : null;
      if (stored == null) {
        output.note("sluice: found no " + kind + " \"" + id + "\"");
        return 1;
      }
      ObjectNode all = Output.JSON.createObjectNode();
      all.put("key", kind.key(id));
      all.put("revision", stored.modRevision());
      all.put("leased", stored.lease() != 0);
      all.set("record", GetCommand.shown(kind.key(id), stored.value()));
      Config config = TreeCheck.read(TreeChanges.values(tree));
      Fleet fleet = new Fleet(store);
      NavigableSet<String> backends = backends(config);
      relations(config, all, backends);
      servers(config, fleet, all, backends);
      problems(fleet, all);
      changes(tree, all);
      if (output.isJson()) {
        output.json(all);
      } else {
        print(all);
      }
      return 0;
    }
  }

  /** The backends whose servers matter to it. */
  private NavigableSet<String> backends(Config config) {
    NavigableSet<String> backends = new TreeSet<>();
    switch (kind) {
      case BACKEND -> backends.add(id);
      case SERVER -> backends.add(id.substring(0, id.indexOf('/')));
      case FRONTEND -> {
        Frontend frontend = config.frontends().get(id);
        if (frontend != null) {
          frontend.split().shares().stream().map(Split.Share::backendId).forEach(backends::add);
        }
      }
      default -> {}
    }
    return backends;
  }

  private void relations(Config config, ObjectNode all, NavigableSet<String> backends) {
    ArrayNode related = Output.JSON.createArrayNode();
    switch (kind) {
      case FRONTEND -> {
        backends.forEach(each -> related.add("backend " + each));
        config
            .middlewares()
            .getOrDefault(id, List.of())
            .forEach(
                each ->
                    related.add(
                        "middleware "
                            + each.id()
                            + " ("
                            + StageType.of(each.spec()).written()
                            + ")"));
      }
      case BACKEND -> frontends(config, each -> names(each, id)).forEach(related::add);
      case LISTENER ->
          frontends(config, each -> each.listeners().contains(id)).forEach(related::add);
      case SERVER, MIDDLEWARE -> {
        Kind owner = kind == Kind.SERVER ? Kind.BACKEND : Kind.FRONTEND;
        related.add(owner + " " + id.substring(0, id.indexOf('/')));
      }
      default -> {}
    }
    all.set("related", related);
  }

  private static List<String> frontends(Config config, Predicate<Frontend> wanted) {
    return config.frontends().values().stream()
        .filter(wanted)
        .map(each -> "frontend " + each.id())
        .toList();
  }

  private static boolean names(Frontend frontend, String backend) {
    return frontend.split().shares().stream().anyMatch(each -> each.backendId().equals(backend));
  }

  private void servers(Config config, Fleet fleet, ObjectNode all, NavigableSet<String> backends)
      throws IOException, InterruptedException {
    Map<String, List<Server>> wanted = new TreeMap<>();
    for (String backend : backends) {
      List<Server> servers = config.servers().getOrDefault(backend, List.of());
      wanted.put(
          backend,
          kind == Kind.SERVER
              ? servers.stream().filter(each -> id.endsWith("/" + each.id())).toList()
              : servers);
    }
    ArrayNode list = all.putArray("servers");
    if (wanted.isEmpty()) {
      return;
    }
    ServerView.of(fleet, wanted, this::tell).forEach(each -> list.add(Output.brief(each)));
  }

  private void tell(String line) {
    output.note("sluice: " + line);
  }

  private void problems(Fleet fleet, ObjectNode all) throws IOException, InterruptedException {
    String key = kind.key(id);
    NavigableSet<String> problems = new TreeSet<>();
    for (GatewayStatus gateway : fleet.gateways().values()) {
      for (Problem problem : gateway.problems()) {
        if (problem.where().equals(key)
            || problem.where().startsWith(key + " ")
            || problem.where().startsWith(kind + "s/" + id)) {
          problems.add(Output.level(problem) + ": " + problem);
        }
      }
    }
    ArrayNode list = all.putArray("problems");
    problems.forEach(list::add);
  }

  private void changes(EtcdStore.Snapshot tree, ObjectNode all) throws IOException {
    String key = kind.key(id);
    ArrayNode list = all.putArray("changes");
    History.of(tree).stream()
        .filter(entry -> entry.changes().stream().anyMatch(each -> each.key().equals(key)))
        .limit(MOST_CHANGES)
        .forEach(
            entry ->
                list.addObject()
                    .put("revision", entry.revision())
                    .put("at", entry.at())
                    .put("author", entry.author())
                    .put("message", entry.message()));
  }

  private void print(ObjectNode all) {
    output
        .out()
        .println(
            kind
                + " "
                + id
                + ", revision "
                + all.path("revision").asLong()
                + (all.path("leased").asBoolean() ? ", under a lease" : ""));
    output.json(all.path("record"));
    section(all, "related");
    section(all, "servers");
    section(all, "problems");
    section(all, "changes");
    output.out().flush();
  }

  private void section(ObjectNode all, String name) {
    if (all.path(name).isEmpty()) {
      return;
    }
    output.out().println(name + ":");
    for (JsonNode each : all.path(name)) {
      StringBuilder line = new StringBuilder("  ");
      if (each.isObject()) {
        each.forEach(cell -> line.append(cell.asText()).append("  "));
      } else {
        line.append(each.asText());
      }
      output.out().println(line.toString().stripTrailing());
    }
  }
}
