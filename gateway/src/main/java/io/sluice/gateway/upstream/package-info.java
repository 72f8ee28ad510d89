/**
 * What is alive towards the servers and survives a change of the routing table: endpoints, their
 * connections, and the choice among them.
 *
 * <p>{@code table} obtains {@link io.sluice.gateway.upstream.Endpoint}s on the control thread;
 * {@code exchange} picks one and borrows an {@link io.sluice.gateway.upstream.UpstreamStream} from
 * its own event loop's {@link io.sluice.gateway.upstream.LoopPools}. The two sides share nothing
 * but the atomics inside an endpoint.
 *
 * <pre>
 *   Balancer.pick ──▶ Endpoint ──▶ LoopPools.acquire ──▶ UpstreamStream ──▶ ResponseReceiver (the exchange)
 *        ▲                ▲
 *   (table swaps)   Endpoints: ACTIVE ──▶ DRAINING ──▶ GONE, by identity, never by table
 * </pre>
 */
@NullMarked
package io.sluice.gateway.upstream;

import org.jspecify.annotations.NullMarked;
