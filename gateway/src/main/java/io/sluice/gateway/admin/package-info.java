/**
 * The operators' API: health, readiness, metrics and status, on an address of its own.
 *
 * <p>Runs on Vert.x' event loop, never on one of the data path's. Reads snapshots; the only thing
 * it changes is to pass on the operator's word that a held tree is right.
 */
@NullMarked
package io.sluice.gateway.admin;

import org.jspecify.annotations.NullMarked;
