package io.sluice.gateway.upstream;

import org.jspecify.annotations.Nullable;

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
    /** No check has said anything yet: gets traffic only where no other is READY. */
    UNCHECKED,
    /** Nobody was reached there of late: gets one request now and then, where others are READY. */
    FAILING,
    DRAINING,
    EJECTED,
    DOWN
  }

  /** Whatever its weight becomes it is the same one, so that no exchange tries it twice. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Candidate same
        && endpoint.equals(same.endpoint)
        && health.equals(same.health);
  }

  @Override
  public int hashCode() {
    return 31 * endpoint.hashCode() + health.hashCode();
  }

  public State state() {
    if (endpoint.state() != Endpoint.State.ACTIVE) {
      return State.DRAINING;
    }
    if (health.isDown()) {
      return State.DOWN;
    }
    if (health.isEjected()) {
      return State.EJECTED;
    }
    if (health.isFailing()) {
      return State.FAILING;
    }
    return health.isUnchecked() ? State.UNCHECKED : State.READY;
  }
}
