package io.sluice.gateway.upstream;

/**
 * An endpoint that a backend may choose.
 *
 * @param weight its share of the backend's requests, above 0
 * @param health how it does for this backend
 */
public record Candidate(Endpoint endpoint, int weight, Health health) {
  /** What operators see. */
  public enum State {
    READY,
    DRAINING,
    EJECTED,
    DOWN
  }

  public State state() {
    if (endpoint.state() != Endpoint.State.ACTIVE) {
      return State.DRAINING;
    }
    return health.isDown() ? State.DOWN : health.isEjected() ? State.EJECTED : State.READY;
  }
}
