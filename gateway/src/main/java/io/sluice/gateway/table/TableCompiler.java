package io.sluice.gateway.table;

import io.sluice.gateway.config.Backend;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteIndex;
import io.sluice.gateway.route.RouteSyntaxException;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.tls.ClientTls;
import io.sluice.gateway.tls.ServerNames;
import io.sluice.gateway.upstream.Admission;
import io.sluice.gateway.upstream.Balancer;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.ConnectionSettings;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.Endpoints;
import io.sluice.gateway.upstream.Health;
import io.sluice.gateway.upstream.Healths;
import io.sluice.gateway.upstream.RetryBudget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a {@link Config} into a {@link RoutingTable}. Never throws: what cannot be compiled
 * keeps its last good form from the previous table, and is a {@link Problem}. Control thread only.
 *
 * <p>What was compiled from the same records is taken over as it is, the index included when no
 * route changed, so a change costs what it changes.
 */
public final class TableCompiler {
  private static final RouteIndex<String> NO_ROUTES = RouteIndex.of(List.of());

  /** More changed routes than this are indexed anew. */
  private static final int MANY = 1_000;

  private final Endpoints endpoints;
  private final Healths healths;
  private final FrontendCompiler frontends;
  private final References references = new References();
  private final LongSupplier clock;

  /**
   * @param sources what limiters remember
   * @param clock nanoseconds of a clock that never goes back, for the stages
   */
  public TableCompiler(
      Endpoints endpoints, Telemetry telemetry, Sources sources, LongSupplier clock) {
    this.endpoints = endpoints;
    this.healths = new Healths(clock);
    this.frontends = new FrontendCompiler(telemetry, sources, clock);
    this.clock = clock;
  }

  /** The table for {@code config}, one version after {@code previous}. */
  public RoutingTable compile(Config config, RoutingTable previous) {
    List<Problem> problems = new ArrayList<>(config.problems());
    Map<String, CompiledBackend> backends = backends(config, previous, problems);
    FrontendCompiler.Result frontends = this.frontends.compile(config, previous, problems);
    Map<String, CompiledListener> listeners = listeners(config, previous, frontends, problems);
    references.check(config, frontends, problems);
    healths.retain(config.backends().keySet());
    return new RoutingTable(
        previous.version() + 1,
        config.revision(),
        listeners,
        frontends.byId(),
        backends,
        List.copyOf(problems));
  }

  private Map<String, CompiledBackend> backends(
      Config config, RoutingTable previous, List<Problem> problems) {
    Map<String, CompiledBackend> backends = HashMap.newHashMap(config.backends().size());
    config
        .backends()
        .forEach(
            (id, written) -> {
              List<Server> servers = config.servers().getOrDefault(id, List.of());
              CompiledBackend compiled = guarded(written, servers, previous.backend(id), problems);
              if (compiled != null) {
                backends.put(id, compiled);
              }
            });
    return backends;
  }

  /** Whatever compiling a record throws is that record's fault alone: it keeps its last form. */
  private @Nullable CompiledBackend guarded(
      Backend written,
      List<Server> servers,
      @Nullable CompiledBackend previous,
      List<Problem> problems) {
    try {
      return backend(written, servers, previous, problems);
    } catch (RuntimeException | Error bug) {
      problems.add(Problem.bug("backends/" + written.id() + "/backend", bug));
      return previous;
    }
  }

  private CompiledBackend backend(
      Backend written,
      List<Server> servers,
      @Nullable CompiledBackend previous,
      List<Problem> problems) {
    if (previous != null && previous.written() == written && previous.servers() == servers) {
      return previous;
    }
    ClientTls tls = null;
    if (servers.stream().anyMatch(Server::tls)) {
      try {
        tls = clientTls(written, previous);
      } catch (SSLException unusable) {
        String found = String.valueOf(unusable.getMessage());
        problems.add(
            Problem.error(
                "backends/" + written.id() + "/backend Settings TLS",
                found,
                "certificates and keys as PEM, and known cipher suites"));
        if (previous != null) {
          return previous;
        }
      }
    }
    // Two servers at one place are one endpoint with the sum of their weights.
    Map<EndpointKey, Integer> weights = new LinkedHashMap<>();
    for (Server server : servers) {
      // Without its checks a server is not reached at all.
      boolean reachable = !server.tls() || tls != null;
      if (!server.draining() && server.weight() > 0 && reachable) {
        weights.merge(key(server, written, tls), server.weight(), Integer::sum);
      }
    }
    Map<EndpointKey, Health> health =
        healths.obtain(written.id(), weights.keySet(), written.health());
    List<Candidate> candidates = new ArrayList<>(weights.size());
    weights.forEach(
        (key, weight) ->
            candidates.add(
                new Candidate(
                    endpoints.obtain(key), weight, Objects.requireNonNull(health.get(key)))));
    Balancer balancer = Balancer.of(written.balancing(), candidates);
    if (previous != null) {
      balancer.after(previous.balancer());
    }
    ConnectionSettings settings =
        new ConnectionSettings(
            written.timeouts(),
            written.keepAlivePeriod(),
            written.proxyProtocol().ordinal(),
            written.maxConnectionAge(),
            written.proxyProtocol() == Listener.ProxyProtocol.NONE
                ? written.maxIdleConnections()
                : 0);
    return new CompiledBackend(
        written,
        servers,
        settings,
        balancer,
        Set.copyOf(weights.keySet()),
        tls,
        previous == null ? new Admission(written.limits().maxRequests()) : previous.admission(),
        previous != null
                && previous.written().limits().retryPercent() == written.limits().retryPercent()
            ? previous.budget()
            : new RetryBudget(written.limits().retryPercent(), clock));
  }

  private static EndpointKey key(Server server, Backend written, @Nullable ClientTls tls) {
    boolean multiplexed =
        server.tls() ? isMultiplexed(written) : written.protocol() == Backend.Protocol.H2C;
    return new EndpointKey(server.host(), server.port(), multiplexed, server.tls() ? tls : null);
  }

  /** Over TLS. A connection that begins with a PROXY header is one client's alone. */
  private static boolean isMultiplexed(Backend written) {
    return written.protocol() != Backend.Protocol.HTTP1
        && written.proxyProtocol() == Listener.ProxyProtocol.NONE;
  }

  private static ClientTls clientTls(Backend written, @Nullable CompiledBackend previous)
      throws SSLException {
    if (previous != null
        && previous.tls() != null
        && previous.written().tls().equals(written.tls())
        && isMultiplexed(previous.written()) == isMultiplexed(written)) {
      return previous.tls();
    }
    return ClientTls.of(written.tls(), isMultiplexed(written));
  }

  private Map<String, CompiledListener> listeners(
      Config config,
      RoutingTable previous,
      FrontendCompiler.Result frontends,
      List<Problem> problems) {
    Map<String, CompiledListener> before =
        previous.allListeners().stream()
            .collect(Collectors.toMap(CompiledListener::id, listener -> listener));
    Map<String, CompiledListener> accepted = accepted(config, before, problems);
    boolean sameReach = defaults(accepted).equals(defaults(before));
    List<String> forAll = defaultIds(accepted);
    Map<String, CompiledListener> listeners = new LinkedHashMap<>();
    for (CompiledListener listener : accepted.values()) {
      CompiledListener last = before.get(listener.id());
      RouteIndex<String> index =
          sameReach && last != null
              ? changed(last.index(), listener.id(), forAll, frontends)
              : RouteIndex.of(entries(listener.id(), forAll, frontends.byId().values()));
      listeners.put(
          listener.written().address(),
          new CompiledListener(
              listener.written(),
              listener.scope(),
              names(config, listener, last, problems),
              index));
    }
    return listeners;
  }

  private static RouteIndex<String> changed(
      RouteIndex<String> index,
      String listener,
      List<String> forAll,
      FrontendCompiler.Result frontends) {
    if (frontends.come().size() + frontends.gone().size() > MANY) {
      return RouteIndex.of(entries(listener, forAll, frontends.byId().values()));
    }
    var gone = entries(listener, forAll, frontends.gone());
    var come = entries(listener, forAll, frontends.come());
    return gone.isEmpty() && come.isEmpty() ? index : index.change(gone, come);
  }

  /**
   * Decides which listeners exist, before their routes are indexed. A listener whose new record
   * cannot be used keeps its previous one entirely. If two want an address, the one already bound
   * there keeps it.
   */
  private static Map<String, CompiledListener> accepted(
      Config config, Map<String, CompiledListener> before, List<Problem> problems) {
    Map<String, CompiledListener> wanted = new TreeMap<>();
    for (Listener written : config.listeners().values()) {
      CompiledListener last = before.get(written.id());
      try {
        Route scope =
            written.scope().isEmpty()
                ? null
                : FrontendCompiler.parse(written.scope(), last == null ? null : last.scope());
        wanted.put(written.id(), new CompiledListener(written, scope, null, NO_ROUTES));
      } catch (RouteSyntaxException notOne) {
        problems.add(
            Problem.error(
                "listeners/" + written.id() + " Scope", notOne.found(), notOne.expected()));
        if (last != null) {
          wanted.put(written.id(), last);
        }
      } catch (RuntimeException | Error bug) {
        problems.add(Problem.bug("listeners/" + written.id(), bug));
        if (last != null) {
          wanted.put(written.id(), last);
        }
      }
    }
    Map<String, String> holders = new HashMap<>();
    for (CompiledListener listener : wanted.values()) {
      if (isAt(before.get(listener.id()), listener.written().address())) {
        holders.put(listener.written().address(), listener.id());
      }
    }
    Map<String, CompiledListener> accepted = new TreeMap<>();
    for (CompiledListener listener : wanted.values()) {
      String address = listener.written().address();
      String holder = holders.putIfAbsent(address, listener.id());
      if (holder == null || holder.equals(listener.id())) {
        accepted.put(listener.id(), listener);
        continue;
      }
      String found = address + ", which is listener " + holder + "'s";
      problems.add(
          Problem.error("listeners/" + listener.id() + " Address", found, "another address"));
      CompiledListener last = before.get(listener.id());
      if (last != null && holders.putIfAbsent(last.written().address(), listener.id()) == null) {
        accepted.put(listener.id(), last);
      }
    }
    return accepted;
  }

  /** The certificates of a listener; null for plain HTTP. */
  private static @Nullable ServerNames names(
      Config config,
      CompiledListener listener,
      @Nullable CompiledListener last,
      List<Problem> problems) {
    ListenerTls tls = listener.written().tls();
    if (tls == null) {
      return null;
    }
    ServerNames names =
        ServerNames.of(
            listener.id(),
            tls,
            config.hosts().values(),
            last == null ? null : last.names(),
            problems);
    if (names.isEmpty()) {
      problems.add(
          Problem.error(
              "listeners/" + listener.id() + " Protocol",
              "https, and no host with a KeyPair",
              "a key hosts/<name>/host with a KeyPair"));
    }
    return names;
  }

  private static boolean isAt(@Nullable CompiledListener listener, String address) {
    return listener != null && listener.written().address().equals(address);
  }

  /** Which listeners there are, and which of them are default. */
  private static Map<String, Boolean> defaults(Map<String, CompiledListener> listeners) {
    Map<String, Boolean> defaults = new HashMap<>();
    listeners.forEach((id, listener) -> defaults.put(id, listener.written().isDefault()));
    return defaults;
  }

  /** The listeners of frontends that name none: the default ones, or all where none is. */
  private static List<String> defaultIds(Map<String, CompiledListener> listeners) {
    boolean anyDefault =
        listeners.values().stream().anyMatch(listener -> listener.written().isDefault());
    return listeners.values().stream()
        .filter(listener -> listener.written().isDefault() || !anyDefault)
        .map(CompiledListener::id)
        .toList();
  }

  /** The routes among these that are reachable through a listener. */
  private static List<RouteIndex.Entry<String>> entries(
      String listener, List<String> forAll, Collection<CompiledFrontend> frontends) {
    List<RouteIndex.Entry<String>> entries = new ArrayList<>();
    boolean isDefault = forAll.contains(listener);
    for (CompiledFrontend frontend : frontends) {
      Frontend written = frontend.written();
      boolean reachable =
          written.listeners().isEmpty() ? isDefault : written.listeners().contains(listener);
      if (reachable) {
        entries.add(
            new RouteIndex.Entry<>(
                written.id(), written.priority(), frontend.route(), written.id()));
      }
    }
    return entries;
  }
}
