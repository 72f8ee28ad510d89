package io.sluice.gateway.table;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.middleware.MiddlewareChain;
import io.sluice.gateway.predicate.FailoverPredicate;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteSyntaxException;
import io.sluice.gateway.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the frontends of a {@link Config}, those that changed since the table before; a change
 * of one among 100,000 costs a copy of their map. Control thread only.
 */
final class FrontendCompiler {
  /**
   * The frontends that there will be, and what is different.
   *
   * @param gone those that are no more or whose routes are not what they were, as they were
   * @param come those that are new or whose routes are not what they were, as they are
   * @param changed the ids of all that are not the same
   */
  record Result(
      Map<String, CompiledFrontend> byId,
      List<CompiledFrontend> gone,
      List<CompiledFrontend> come,
      List<String> changed) {}

  private final Telemetry telemetry;
  private final LongSupplier clock;
  private Config last = Config.EMPTY;
  private Map<String, CompiledFrontend> lastById = Map.of();
  private List<Problem> lastProblems = List.of();

  FrontendCompiler(Telemetry telemetry, LongSupplier clock) {
    this.telemetry = telemetry;
    this.clock = clock;
  }

  Result compile(Config config, RoutingTable previous, List<Problem> problems) {
    Map<String, CompiledFrontend> before = previous.frontends();
    boolean known = before == lastById;
    boolean sameStages =
        config.middlewares() == last.middlewares()
            && config.withoutForm().equals(last.withoutForm());
    if (known && sameStages && config.frontends() == last.frontends()) {
      problems.addAll(lastProblems);
      return new Result(before, List.of(), List.of(), List.of());
    }
    List<Problem> found = new ArrayList<>();
    Map<String, CompiledFrontend> byId = new HashMap<>(before);
    List<CompiledFrontend> gone = new ArrayList<>();
    List<CompiledFrontend> come = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (Frontend written : config.frontends().values()) {
      String id = written.id();
      CompiledFrontend was = before.get(id);
      if (known && sameStages && was != null && was.written() == written && was.isWhole()) {
        continue;
      }
      CompiledFrontend is = frontend(config, written, was, found);
      if (is == was) {
        continue;
      }
      changed.add(id);
      if (is == null) {
        byId.remove(id);
        continue;
      }
      byId.put(id, is);
      if (was == null || !was.routesLike(is)) {
        come.add(is);
        if (was != null) {
          gone.add(was);
        }
      }
    }
    if (byId.size() > config.frontends().size()) {
      for (CompiledFrontend was : before.values()) {
        if (!config.frontends().containsKey(was.id())) {
          byId.remove(was.id());
          gone.add(was);
          changed.add(was.id());
        }
      }
    }
    problems.addAll(found);
    last = config;
    lastById = byId;
    lastProblems = found;
    return new Result(byId, gone, come, changed);
  }

  private @Nullable CompiledFrontend frontend(
      Config config,
      Frontend written,
      @Nullable CompiledFrontend previous,
      List<Problem> problems) {
    String id = written.id();
    List<Middleware> middlewares = config.middlewares().getOrDefault(id, List.of());
    Problem unavailable = config.withoutForm().get(id);
    boolean same =
        previous != null
            && previous.written() == written
            && previous.middlewares() == middlewares
            && Objects.equals(previous.unavailable(), unavailable);
    if (same) {
      return previous;
    }
    Frontend usable = written;
    Route route;
    CompiledSplit split;
    String field = "Route";
    try {
      route = parse(written.route(), previous == null ? null : previous.route());
      field = "Split Testers";
      split = CompiledSplit.of(written.split());
    } catch (RouteSyntaxException notOne) {
      problems.add(
          Problem.error(
              "frontends/" + id + "/frontend " + field, notOne.found(), notOne.expected()));
      if (previous == null) {
        return null;
      }
      usable = previous.written();
      route = previous.route();
      split = previous.split();
    }
    FailoverPredicate failover = null;
    try {
      if (!usable.failoverPredicate().isEmpty()) {
        failover = FailoverPredicate.parse(usable.failoverPredicate());
      }
    } catch (PredicateSyntaxException notOne) {
      Problem problem =
          Problem.error(
              "frontends/" + id + "/frontend Settings FailoverPredicate",
              notOne.found(),
              notOne.expected());
      problems.add(problem);
      if (previous == null || previous.unavailable() != null) {
        unavailable = problem;
      } else {
        usable = previous.written();
        failover = previous.failover();
      }
    }
    MiddlewareChain living = previous == null ? MiddlewareChain.EMPTY : previous.chain();
    MiddlewareChain chain = MiddlewareChain.of(middlewares, living, clock);
    return new CompiledFrontend(
        usable, route, split, middlewares, chain, unavailable, failover, telemetry.frontend(id));
  }

  /**
   * The route of an expression: the known one where it says the same, so that unchanged routes stay
   * the same instance.
   */
  static Route parse(String expression, @Nullable Route known) throws RouteSyntaxException {
    return known != null && known.toString().equals(expression) ? known : Route.parse(expression);
  }
}
