/**
 * The route language: Vulcand's {@code Host Path Method Header} and their {@code Regexp} forms,
 * with {@code && || !} and parentheses, and the index that finds the one frontend a request belongs
 * to.
 *
 * <p>Called by {@code table}: the control thread parses and builds, event loops match. Everything
 * here is immutable once built.
 *
 * <pre>
 *   text ──▶ RouteParser ──▶ Route (its Alternatives: one per branch of ||)
 *   Alternatives of all frontends ──▶ RouteIndex: exact host ──▶ exact path | literal prefix | the rest, best first
 * </pre>
 */
@NullMarked
package io.sluice.gateway.route;

import org.jspecify.annotations.NullMarked;
