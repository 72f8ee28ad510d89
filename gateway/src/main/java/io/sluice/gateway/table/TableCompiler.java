package io.sluice.gateway.table;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.IdMap;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.middleware.StageContext;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Compiles a {@link Config} into a {@link RoutingTable}. Never throws: what cannot be compiled
 * keeps its last good form from the previous table, and is a {@link Problem}. Control thread only.
 *
 * <p>What was compiled from the same records is taken over as it is, the index included when no
 * route changed, so a change costs what it changes.
 */
public final class TableCompiler {
  private final Predicate<Listener> here;
  private final BackendCompiler backends;
  private final FrontendCompiler frontends;

  /**
   * @param sources what limiters remember
   * @param clock nanoseconds of a clock that never goes back, for the stages
   */
  public TableCompiler(
      Endpoints endpoints, Telemetry telemetry, Sources sources, LongSupplier clock) {
    this(endpoints, telemetry, new StageContext(sources, clock), listener -> true);
  }

  /**
   * @param here tells the listeners that are bound here
   */
  public TableCompiler(
      Endpoints endpoints, Telemetry telemetry, StageContext stages, Predicate<Listener> here) {
    this.here = here;
    this.backends = new BackendCompiler(endpoints, stages.clock());
    this.frontends = new FrontendCompiler(telemetry, stages);
  }

  /** The table for {@code config}, one version after {@code previous}. */
  public RoutingTable compile(Config config, RoutingTable previous) {
    List<Problem> problems = new ArrayList<>(config.problems());
    Map<String, CompiledBackend> backends = this.backends.compile(config, previous, problems);
    FrontendCompiler.Result frontends = this.frontends.compile(config, previous, problems);
    Map<String, CompiledListener> listeners =
        ListenerCompiler.compile(config, previous, frontends, here, problems);
    IdMap<List<Problem>> dangling = References.ofFrontends(config, frontends, previous);
    new TreeMap<>(dangling).values().forEach(problems::addAll);
    problems.addAll(References.orphans(config));
    return new RoutingTable(
        previous.version() + 1,
        config,
        listeners,
        frontends.byId(),
        backends,
        frontends.unfinished(),
        dangling,
        List.copyOf(problems));
  }
}
