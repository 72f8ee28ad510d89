package io.sluice.gateway.upstream;

import io.sluice.gateway.config.HealthSettings;
import io.sluice.gateway.memory.Bounded;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** The health of every endpoint of every backend, by identity. Control thread only. */
public final class Healths {
  private static final class OfBackend {
    private final EjectionCap cap = new EjectionCap();

    @Bounded("by the servers that are written")
    private final Map<EndpointKey, Health> byKey = new HashMap<>();
  }

  @Bounded("by the backends that are written")
  private final Map<String, OfBackend> backends = new HashMap<>();

  private final LongSupplier clock;

  /**
   * @param clock nanoseconds of a clock that never goes back
   */
  public Healths(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * The health of each endpoint of a backend: the one that lives, whatever the settings were, or a
   * new one for a new endpoint. What the backend does not want any more is forgotten.
   */
  public Map<EndpointKey, Health> obtain(
      String backendId, Set<EndpointKey> wanted, HealthSettings settings) {
    OfBackend backend = backends.computeIfAbsent(backendId, id -> new OfBackend());
    backend
        .byKey
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !wanted.contains(entry.getKey());
              if (gone) {
                entry.getValue().forget();
              }
              return gone;
            });
    for (EndpointKey key : wanted) {
      backend
          .byKey
          .computeIfAbsent(
              key, k -> new Health("backend " + backendId + ": " + k, settings, backend.cap, clock))
          .follow(settings);
    }
    backend.cap.endpoints(wanted.size());
    return Map.copyOf(backend.byKey);
  }

  /** Forgets the backends that are gone. */
  public void retain(Set<String> backendIds) {
    backends.keySet().retainAll(backendIds);
  }
}
