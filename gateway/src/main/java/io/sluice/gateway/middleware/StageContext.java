package io.sluice.gateway.middleware;

import java.util.function.LongSupplier;

/**
 * What the stages of all frontends share.
 *
 * @param sources what limiters remember
 * @param clock nanoseconds of a clock that never goes back
 * @param workers do what may not be done on an event loop
 * @param passwords the same for passwords, of which strangers may bring many
 * @param disk the same for what is read and written
 * @param webhooks calls those who want to know
 * @param fleet what all gateways count together
 */
public record StageContext(
    Sources sources,
    LongSupplier clock,
    Workers workers,
    Workers passwords,
    Workers disk,
    Webhooks webhooks,
    FleetCounts fleet) {
  /** With workers of its own, and nothing that is counted together. */
  public StageContext(Sources sources, LongSupplier clock) {
    this(sources, clock, FleetCounts.NONE);
  }

  /** With workers of its own. */
  public StageContext(Sources sources, LongSupplier clock, FleetCounts fleet) {
    this(sources, clock, new Workers(), new Workers(), new Workers(), new Webhooks(), fleet);
  }
}
