/**
 * The stages that a frontend's operator puts before its backend.
 *
 * <p>{@code table} builds a {@link io.sluice.gateway.middleware.MiddlewareChain} on the control
 * thread; {@code exchange} runs it on an event loop. A stage whose settings did not change is the
 * same instance in the next table, so its buckets and counts live on.
 *
 * <pre>
 *   onRequest, in the operator's order ──▶ proceed | reply
 *   onFinish of every stage that was entered, in reverse, exactly once
 * </pre>
 */
@NullMarked
package io.sluice.gateway.middleware;

import org.jspecify.annotations.NullMarked;
