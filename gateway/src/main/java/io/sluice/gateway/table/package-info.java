/**
 * Where the control plane and the data path meet: one immutable {@link
 * io.sluice.gateway.table.RoutingTable}, compiled by the one and read by the other through {@link
 * io.sluice.gateway.table.LiveTable}.
 *
 * <p>{@code control} compiles and publishes on its thread; event loops read the volatile field once
 * for each request. Objects whose records did not change are the same instances in the next table.
 *
 * <pre>
 *   Config + previous table ──▶ TableCompiler ──▶ RoutingTable ──▶ LiveTable.publish ──▶ LiveTable.current
 * </pre>
 */
@NullMarked
package io.sluice.gateway.table;

import org.jspecify.annotations.NullMarked;
