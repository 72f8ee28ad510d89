package io.sluice.gateway.upstream;

import java.time.Duration;

/**
 * How one backend wants its connections: looked at when a connection is opened, used and given
 * back.
 *
 * @param dialTimeout how long it may take to be accepted
 * @param readTimeout how long the server may be silent while it is its turn
 * @param keepAlivePeriod the TCP keep-alive interval
 * @param maxIdle how many idle connections to one endpoint an event loop keeps
 */
public record ConnectionSettings(
    Duration dialTimeout, Duration readTimeout, Duration keepAlivePeriod, int maxIdle) {}
