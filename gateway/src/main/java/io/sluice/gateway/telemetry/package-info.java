/**
 * Meters and the access log: what the data path reports without ever waiting.
 *
 * <p>Event loops count and enqueue; one writer thread formats and writes the log; {@code admin}
 * reads the registry.
 */
@NullMarked
package io.sluice.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
