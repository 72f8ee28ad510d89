package io.sluice.gateway.table;

import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.IdMap;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.tls.ServerNames;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.HealthChecker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides where a request goes, at one revision. Immutable; an exchange keeps the
 * table that it began with. It also holds what the next table is compiled from: nothing else
 * remembers what was there before.
 *
 * @param version counts the tables that this process published
 * @param config the records it was compiled from
 * @param listeners by the address they are bound to
 * @param frontends by id
 * @param backends by id
 * @param unfinished the frontends that are not served as they are written
 * @param dangling what frontends name and does not exist, by their id
 * @param problems everything that was found wrong on the way from the tree to here
 */
public record RoutingTable(
    long version,
    Config config,
    Map<String, CompiledListener> listeners,
    IdMap<CompiledFrontend> frontends,
    Map<String, CompiledBackend> backends,
    Set<String> unfinished,
    IdMap<List<Problem>> dangling,
    List<Problem> problems) {

  /** Nothing is served. */
  public static final RoutingTable EMPTY =
      new RoutingTable(
          0, Config.EMPTY, Map.of(), IdMap.empty(), Map.of(), Set.of(), IdMap.empty(), List.of());

  /** The revision of the tree it was compiled from. */
  public long revision() {
    return config.revision();
  }

  /** What serves at a bound address, or null when nothing does any more. */
  public @Nullable CompiledListener listenerAt(String address) {
    return listeners.get(address);
  }

  /** The listener with this id, wherever it is bound, or null. */
  public @Nullable CompiledListener listener(String id) {
    for (CompiledListener listener : listeners.values()) {
      if (listener.id().equals(id)) {
        return listener;
      }
    }
    return null;
  }

  /** What an authority wants to hear at a path, or null where none does. */
  public @Nullable AcmeProof proofFor(CharSequence path) {
    Map<String, AcmeProof> proofs = config.proofs();
    return proofs.isEmpty() || !AcmeProof.isAskedAt(path)
        ? null
        : proofs.get(AcmeProof.token(path));
  }

  /** The frontend that the request belongs to, or null. */
  public @Nullable CompiledFrontend match(CompiledListener listener, RouteInput input) {
    String id = listener.match(input);
    return id == null ? null : frontends.get(id);
  }

  public @Nullable CompiledBackend backend(String id) {
    return backends.get(id);
  }

  /** The identities of all endpoints that may take new exchanges. */
  public Set<EndpointKey> wantedEndpoints() {
    Set<EndpointKey> wanted = new HashSet<>();
    backends.values().forEach(backend -> wanted.addAll(backend.wanted()));
    return wanted;
  }

  /** Every endpoint of every backend, with what is needed to ask it whether it is well. */
  public List<HealthChecker.Wanted> candidates() {
    List<HealthChecker.Wanted> all = new ArrayList<>();
    for (CompiledBackend backend : backends.values()) {
      for (Candidate candidate : backend.balancer().candidates()) {
        all.add(new HealthChecker.Wanted(backend.id(), candidate, backend.settings()));
      }
    }
    return all;
  }

  /** The certificates of all listeners that have some. */
  public List<ServerNames> certificates() {
    return listeners.values().stream()
        .map(CompiledListener::names)
        .filter(Objects::nonNull)
        .toList();
  }

  /** What some listener has made of the hosts' key pairs; null where none is for https. */
  public @Nullable ServerNames serverNames() {
    return certificates().stream().findFirst().orElse(null);
  }

  public Collection<CompiledListener> allListeners() {
    return listeners.values();
  }
}
