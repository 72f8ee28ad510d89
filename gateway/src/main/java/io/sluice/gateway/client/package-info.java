/**
 * The clients' side: sockets that listen, and the connections that came through them, in whichever
 * version of HTTP.
 *
 * <p>A connection lives on one event loop; nothing here is locked and nothing blocks. The control
 * thread only opens and closes {@link io.sluice.gateway.client.ServerSockets}.
 *
 * <pre>
 *   ServerSockets ─▶ Arrival: who (PROXY header) ─▶ which name (TLS) ─▶ which version
 *      ├▶ Http1Connection (bytes ◀▶ messages, keep-alive)  ─┐
 *      └▶ Http2Connection ─▶ Http2ClientStream              ─┴▶ exchange.ExchangeHandler
 *           ClientDeadline, BodyPace, FrameBudget, Conduct: how long, and how well behaved
 * </pre>
 */
@NullMarked
package io.sluice.gateway.client;

import org.jspecify.annotations.NullMarked;
