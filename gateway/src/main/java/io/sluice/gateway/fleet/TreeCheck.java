package io.sluice.gateway.fleet;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.table.ListenerCompiler;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.table.UnmatchedFrontends;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.tls.HostCheck;
import io.sluice.gateway.upstream.Endpoints;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A tree as a gateway would read and compile it, without binding anything, and what a gateway does
 * not mind but its operator would: frontends that never get a request, or have nobody to send to.
 *
 * @param table what it would serve
 * @param problems what a gateway would report, with what it does not know as an error
 * @param advice what it would not
 */
public record TreeCheck(
    Config config, RoutingTable table, List<Problem> problems, List<Problem> advice) {
  /** Reads and compiles a tree; what is sealed in it stays so. */
  public static TreeCheck of(Map<String, String> values) {
    return of(values, SealKeys.none());
  }

  /**
   * Reads and compiles a tree.
   *
   * @param seals open what is sealed; a gateway may have more of them
   */
  public static TreeCheck of(Map<String, String> values, SealKeys seals) {
    Config config = read(values, seals);
    try (Telemetry telemetry = Telemetry.unpublished()) {
      RoutingTable table =
          new TableCompiler(
                  new Endpoints(List.of()),
                  telemetry,
                  new Sources(new SharedBudget(0)),
                  System::nanoTime)
              .compile(config, RoutingTable.EMPTY);
      boolean sealed = !seals.canSeal() && table.problems().stream().anyMatch(TreeCheck::isOfSeal);
      List<Problem> problems =
          new ArrayList<>(
              table.problems().stream().map(each -> forWhoWrites(each, sealed)).toList());
      List<Problem> advice = advice(config, table);
      for (Problem problem :
          HostCheck.of(config.hosts().values(), table.serverNames(), Instant.now())) {
        if (problem.level() != Problem.Level.ERROR) {
          advice.add(problem);
        } else if (!problems.contains(problem)) {
          problems.add(problem);
        }
      }
      return new TreeCheck(config, table, List.copyOf(problems), List.copyOf(advice));
    }
  }

  /**
   * A gateway passes over what it does not know, which may be of a newer version. Whoever writes it
   * has mistyped it, and perhaps opened what it was to close.
   */
  private static Problem forWhoWrites(Problem problem, boolean sealed) {
    // What a gateway with the key makes of a sealed pair, nobody without it can tell.
    if (sealed && (isOfSeal(problem) || problem.found().equals(ListenerCompiler.NO_KEY_PAIR))) {
      return Problem.warning(problem.where(), problem.found(), problem.expected());
    }
    boolean unknown =
        problem.found().equals(Problem.UNKNOWN_FIELD)
            || problem.found().equals(Problem.UNKNOWN_KEY);
    return unknown ? Problem.error(problem.where(), problem.found(), problem.expected()) : problem;
  }

  private static boolean isOfSeal(Problem problem) {
    return problem.expected().contains("--seal-key");
  }

  /** Reads a tree, or a part of one, without compiling it. */
  public static Config read(Map<String, String> values) {
    return read(values, SealKeys.none());
  }

  private static Config read(Map<String, String> values, SealKeys seals) {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    values.forEach((key, value) -> tree.put(key, value.getBytes(StandardCharsets.UTF_8)));
    return new ConfigReader(seals).read(tree.done());
  }

  /** The errors of this tree that another did not have. */
  public List<Problem> errorsBeyond(TreeCheck other) {
    return problems.stream()
        .filter(problem -> problem.level() == Problem.Level.ERROR)
        .filter(problem -> !other.problems.contains(problem))
        .toList();
  }

  /** Frontends that could send somewhere in another tree and no longer can in this one. */
  public List<Problem> lostSince(TreeCheck other) {
    Set<String> served = other.withServers();
    Set<String> serve = withServers();
    List<Problem> lost = new ArrayList<>();
    for (String id : new TreeSet<>(config.frontends().keySet())) {
      if (served.contains(id) && !serve.contains(id)) {
        lost.add(
            Problem.advice(
                Problem.Level.WARNING,
                "frontends/" + id,
                "this change removes the last server that it sends to"));
      }
    }
    return lost;
  }

  /** The ids of the frontends that have a server to send to. */
  private Set<String> withServers() {
    Set<String> ids = new TreeSet<>();
    for (Frontend frontend : config.frontends().values()) {
      boolean any =
          frontend.split().shares().stream()
              .filter(share -> share.weight() > 0)
              .filter(share -> config.backends().containsKey(share.backendId()))
              .flatMap(
                  share -> config.servers().getOrDefault(share.backendId(), List.of()).stream())
              .anyMatch(TreeCheck::takesRequests);
      if (any) {
        ids.add(frontend.id());
      }
    }
    return ids;
  }

  static boolean takesRequests(Server server) {
    return !server.draining() && server.weight() > 0;
  }

  private static List<Problem> advice(Config config, RoutingTable table) {
    List<Problem> advice = new ArrayList<>();
    if (config.listeners().isEmpty() && !config.frontends().isEmpty()) {
      advice.add(
          Problem.advice(
              Problem.Level.WARNING,
              "listeners",
              "there is no listener, so these frontends cannot be reached"));
    }
    advice.addAll(UnmatchedFrontends.in(table));
    return advice;
  }
}
