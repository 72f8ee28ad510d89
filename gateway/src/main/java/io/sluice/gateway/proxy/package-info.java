/**
 * The data path: from a client's socket to a server's and back.
 *
 * <p>An exchange lives on the event loop of its client's connection, its upstream connection too;
 * nothing here is locked and nothing blocks. The control thread only opens and closes {@link
 * io.sluice.gateway.proxy.ServerSockets}.
 *
 * <pre>
 *   Http1Connection (bytes ◀▶ messages, keep-alive, deadlines)
 *     └▶ ExchangeHandler ─ LiveTable.current ─▶ RoutingTable.match ─▶ MiddlewareChain ─▶ Forwarding
 *          └▶ Exchange ─▶ Attempt (Balancer.pick) ─▶ LoopPools ─▶ UpstreamConnection
 *          ◀─ response head, body, end ◀──────────────────────────┘
 *          └▶ meters, access log, middlewares' onFinish
 * </pre>
 */
@NullMarked
package io.sluice.gateway.proxy;

import org.jspecify.annotations.NullMarked;
