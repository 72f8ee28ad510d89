package io.sluice.gateway.upstream;

import io.sluice.gateway.memory.Bounded;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All endpoints by identity. The control thread obtains and sweeps; anyone may look.
 *
 * <p>Mark and sweep: after a table is published, {@link #retireExcept} marks what it no longer
 * wants; endpoints without connections are forgotten by the next sweep.
 */
public final class Endpoints {
  @Bounded("by the servers that are written")
  private final Map<EndpointKey, Endpoint> byKey = new ConcurrentHashMap<>();

  @Bounded("one for each event loop")
  private final List<LoopPools> loops;

  public Endpoints(List<LoopPools> loops) {
    this.loops = List.copyOf(loops);
  }

  /**
   * The endpoint with this identity, active: the one that lives, even if it was draining, or a new
   * one. Control thread only.
   */
  public Endpoint obtain(EndpointKey key) {
    Endpoint endpoint = byKey.computeIfAbsent(key, Endpoint::new);
    endpoint.state(Endpoint.State.ACTIVE);
    return endpoint;
  }

  /**
   * Retires every endpoint whose key is not wanted and forgets those that have finished. Control
   * thread only.
   */
  public void retireExcept(Set<EndpointKey> wanted) {
    byKey.values().removeIf(endpoint -> !wanted.contains(endpoint.key()) && retire(endpoint));
  }

  /** Takes an unwanted endpoint a step further; true when it is gone. */
  private boolean retire(Endpoint endpoint) {
    if (endpoint.state() == Endpoint.State.ACTIVE) {
      endpoint.state(Endpoint.State.DRAINING);
      loops.forEach(loop -> loop.retire(endpoint));
    } else if (endpoint.connections() == 0 && endpoint.inFlight() == 0) {
      endpoint.state(Endpoint.State.GONE);
    }
    return endpoint.state() == Endpoint.State.GONE;
  }

  /** Every endpoint that is not gone; a view. */
  public Collection<Endpoint> all() {
    return Collections.unmodifiableCollection(byKey.values());
  }
}
