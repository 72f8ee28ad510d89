/**
 * The ledger of bytes: what is kept on behalf of strangers is taken from budgets, and given back.
 *
 * <p>{@link io.sluice.gateway.memory.Ledger} divides heap and direct memory into a {@link
 * io.sluice.gateway.memory.Budget} for each kind of thing that is kept, and each budget among the
 * event loops. A loop takes from its own {@link io.sluice.gateway.memory.LoopLedger}, so nothing is
 * locked; other threads only read how much is used. Whoever holds bytes has an {@link
 * io.sluice.gateway.memory.Account}; a budget that is nearly used up is helped by cutting the
 * largest holders that do not move.
 *
 * <pre>
 *   connection, stream ──▶ Account ──▶ LoopLedger (one for each loop) ◀── Ledger ──▶ metrics, /status
 * </pre>
 */
@NullMarked
package io.sluice.gateway.memory;

import org.jspecify.annotations.NullMarked;
