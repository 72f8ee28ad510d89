/**
 * Vulcand's failover predicates: conditions over one attempt, such as {@code IsNetworkError() &&
 * Attempts() < 2}.
 *
 * <p>Parsed by {@code table} on the control thread, evaluated by {@code exchange} on the event
 * loops; immutable.
 */
@NullMarked
package io.sluice.gateway.predicate;

import org.jspecify.annotations.NullMarked;
