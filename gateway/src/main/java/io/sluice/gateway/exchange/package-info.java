/**
 * One request and its response, whatever the protocols on both sides.
 *
 * <p>An exchange lives on the event loop of its client's connection, and so does everything that it
 * asks of a server. It knows no socket: the way back to the client is a {@link
 * io.sluice.gateway.exchange.ClientStream}, the way to a server a {@link
 * io.sluice.gateway.upstream.UpstreamStream}.
 *
 * <pre>
 *   ExchangeHandler ─ LiveTable.current ─▶ RoutingTable.match ─▶ MiddlewareChain
 *     └▶ Forwarding: RequestHead ─▶ UpstreamRequest, the same for every try
 *          └▶ Exchange ─▶ Delivery: QueuePlace ─▶ Affinity, Balancer ─▶ LoopPools ─▶ UpstreamStream
 *             │    └ RequestBody ─▶ (HeldBody) ─▶ Delivery
 *             ◀─ response head, body, end ◀── RetryRule: another try? ◀───┘
 *             └▶ middlewares' onFinish, ExchangeRecord ─▶ meters, access log, span
 * </pre>
 */
@NullMarked
package io.sluice.gateway.exchange;

import org.jspecify.annotations.NullMarked;
