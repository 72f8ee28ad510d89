package io.sluice.gateway.table;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.IdMap;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.middleware.MiddlewareChain;
import io.sluice.gateway.middleware.StageContext;
import io.sluice.gateway.predicate.FailoverPredicate;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteSyntaxException;
import io.sluice.gateway.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
   * @param unfinished the ids of those that are not served as they are written
   */
  record Result(
      IdMap<CompiledFrontend> byId,
      List<CompiledFrontend> gone,
      List<CompiledFrontend> come,
      List<String> changed,
      Set<String> unfinished) {}

  private final Telemetry telemetry;
  private final StageContext stages;

  FrontendCompiler(Telemetry telemetry, StageContext stages) {
    this.telemetry = telemetry;
    this.stages = stages;
  }

  Result compile(Config config, RoutingTable previous, List<Problem> problems) {
    IdMap<CompiledFrontend> before = previous.frontends();
    IdMap.Editor<CompiledFrontend> byId = before.edit();
    Set<String> unfinished = new HashSet<>();
    List<Problem> found = new ArrayList<>();
    List<CompiledFrontend> gone = new ArrayList<>();
    List<CompiledFrontend> come = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (String id : touched(config, previous)) {
      Frontend written = config.frontends().get(id);
      CompiledFrontend was = before.get(id);
      CompiledFrontend is = written == null ? null : guarded(config, written, was, found);
      boolean asWritten = is != null && is.isWhole() && is.written() == written;
      if (written != null && !asWritten) {
        unfinished.add(id);
      }
      if (is == was) {
        continue;
      }
      changed.add(id);
      if (is == null) {
        byId.remove(id);
      } else {
        byId.put(id, is);
      }
      if (is == null || was == null || !was.routesLike(is)) {
        if (is != null) {
          come.add(is);
        }
        if (was != null) {
          gone.add(was);
        }
      }
    }
    problems.addAll(found);
    return new Result(byId.done(), gone, come, changed, unfinished);
  }

  /** What may not be as it was; what has a problem is among it, which each table names again. */
  private static Set<String> touched(Config config, RoutingTable previous) {
    Config last = previous.config();
    Set<String> touched = new TreeSet<>(previous.unfinished());
    touched.addAll(IdMap.differences(last.frontends(), config.frontends()));
    touched.addAll(IdMap.differences(last.middlewares(), config.middlewares()));
    touched.addAll(IdMap.differences(last.withoutForm(), config.withoutForm()));
    return touched;
  }

  /** Whatever compiling a record throws is that record's fault alone: it keeps its last form. */
  private @Nullable CompiledFrontend guarded(
      Config config,
      Frontend written,
      @Nullable CompiledFrontend previous,
      List<Problem> problems) {
    try {
      return frontend(config, written, previous, problems);
    } catch (RuntimeException | Error bug) {
      problems.add(Problem.bug("frontends/" + written.id() + "/frontend", bug));
      return previous;
    }
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
    CompiledFrontend kept =
        previous != null && namesNothing(config, written, previous, problems) ? previous : null;
    if (kept != null
        && kept.middlewares() == middlewares
        && Objects.equals(kept.unavailable(), unavailable)) {
      return kept;
    }
    Frontend usable = kept == null ? written : kept.written();
    Route route;
    CompiledSplit split;
    String field = "Route";
    try {
      route = parse(usable.route(), previous == null ? null : previous.route());
      field = "Split Testers";
      split = CompiledSplit.of(usable.split());
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
    MiddlewareChain chain = MiddlewareChain.of(middlewares, living, stages, telemetry.frontend(id));
    return new CompiledFrontend(
        usable, route, split, middlewares, chain, unavailable, failover, telemetry.frontend(id));
  }

  /**
   * Whether a frontend is about to be sent to a backend that is not there: as long as that one is
   * missing it is served as it was.
   */
  private static boolean namesNothing(
      Config config, Frontend written, CompiledFrontend previous, List<Problem> problems) {
    boolean servedBefore =
        previous.written().split().shares().stream()
            .allMatch(share -> config.backends().containsKey(share.backendId()));
    for (Split.Share share : written.split().shares()) {
      if (servedBefore && !config.backends().containsKey(share.backendId())) {
        problems.add(
            Problem.error(
                "frontends/" + written.id() + "/frontend BackendId",
                "\"" + share.backendId() + "\"; the form before this one is served",
                "the id of a backend that exists"));
        return true;
      }
    }
    return false;
  }

  /**
   * The route of an expression: the known one where it says the same, so that unchanged routes stay
   * the same instance.
   */
  static Route parse(String expression, @Nullable Route known) throws RouteSyntaxException {
    return known != null && known.toString().equals(expression) ? known : Route.parse(expression);
  }
}
