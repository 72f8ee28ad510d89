/**
 * What an HTTP message is and which ones are refused: heads, header fields, body framing and the
 * one list of {@link io.sluice.gateway.http.Reason}s.
 *
 * <p>Pure code over bytes: no channel, no thread, no clock. Called by {@code exchange} for what
 * clients send and by {@code upstream} for what servers answer; the same rules stand on both sides,
 * so a message that two programs could read differently never gets through.
 *
 * <pre>
 *   bytes ──▶ HeadReader ──▶ RequestRules / ResponseRules ──▶ RequestHead / ResponseHead
 *         ──▶ BodyReader ──▶ slices of the same bytes, trailers
 *   head  ──▶ HeadWriter ──▶ bytes
 * </pre>
 */
@NullMarked
package io.sluice.gateway.http;

import org.jspecify.annotations.NullMarked;
