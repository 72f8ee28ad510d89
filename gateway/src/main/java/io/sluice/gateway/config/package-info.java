/**
 * What operators write: the key tree, the records that stand in it, and the {@link
 * io.sluice.gateway.config.Problem}s found in them.
 *
 * <p>Called by {@code control} on its one thread; the records are immutable and go anywhere. JSON
 * is read here and nowhere below.
 *
 * <pre>
 *   KeyTree (key ──▶ bytes) ──▶ ConfigReader ──▶ Config (records by id) and Problems
 * </pre>
 */
@NullMarked
package io.sluice.gateway.config;

import org.jspecify.annotations.NullMarked;
