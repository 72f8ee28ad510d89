package io.sluice.gateway.upstream;

import java.time.Duration;

/**
 * How one backend wants its connections: looked at when a connection is opened, used and given
 * back.
 *
 * @param dialTimeout how long it may take to be accepted
 * @param tlsHandshakeTimeout how long it may take to agree on keys
 * @param readTimeout how long the server may be silent while it is its turn
 * @param keepAlivePeriod the TCP keep-alive interval
 * @param tunnelIdle how long nothing may pass through a tunnel
 * @param tunnelDrain how long a tunnel may go on when its server goes
 * @param proxyVersion which PROXY header a connection begins with; 0 for none, and then only can it
 *     be used again
 * @param maxIdle how many idle connections to one endpoint an event loop keeps
 */
public record ConnectionSettings(
    Duration dialTimeout,
    Duration tlsHandshakeTimeout,
    Duration readTimeout,
    Duration keepAlivePeriod,
    Duration tunnelIdle,
    Duration tunnelDrain,
    int proxyVersion,
    int maxIdle) {}
