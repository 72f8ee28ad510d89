package io.sluice.gateway.upstream;

import io.sluice.gateway.config.UpstreamTimeouts;
import java.time.Duration;

/**
 * How one backend wants its connections: looked at when a connection is opened, used and given
 * back.
 *
 * @param timeouts how long its servers may take
 * @param keepAlivePeriod the TCP keep-alive interval
 * @param proxyVersion which PROXY header a connection begins with; 0 for none, and then only can it
 *     be used again
 * @param maxAge how old a connection may be to take another request; zero for any age
 * @param maxIdle how many idle connections to one endpoint an event loop keeps
 */
public record ConnectionSettings(
    UpstreamTimeouts timeouts,
    Duration keepAlivePeriod,
    int proxyVersion,
    Duration maxAge,
    int maxIdle) {
  /** Whether a connection that is so old takes no further request. */
  boolean isTooOld(long ageNanos) {
    return !maxAge.isZero() && ageNanos >= maxAge.toNanos();
  }
}
