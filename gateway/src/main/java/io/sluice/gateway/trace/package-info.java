/**
 * Traces (OpenTelemetry): which exchanges are part of one, their spans, and how those reach a
 * collector, off the event loops and never waited for.
 */
@NullMarked
package io.sluice.gateway.trace;

import org.jspecify.annotations.NullMarked;
