package io.sluice.gateway.table;

import io.sluice.gateway.config.Backend;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.tls.ClientTls;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the backends of a {@link Config}: where to send, and what is kept of each server over
 * all tables. Obtaining an endpoint or a server's health makes it, if it is not there yet. Control
 * thread only.
 */
final class BackendCompiler {
  private final Endpoints endpoints;
  private final Healths healths;
  private final LongSupplier clock;

  /**
   * @param clock nanoseconds of a clock that never goes back
   */
  BackendCompiler(Endpoints endpoints, LongSupplier clock) {
    this.endpoints = endpoints;
    this.healths = new Healths(clock);
    this.clock = clock;
  }

  /** By id; one that cannot be compiled keeps its form before, and is a problem. */
  Map<String, CompiledBackend> compile(
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
    healths.retain(config.backends().keySet());
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
}
