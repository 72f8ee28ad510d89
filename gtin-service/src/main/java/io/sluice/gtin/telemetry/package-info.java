/**
 * What a request leaves behind for people: a line of the log, a span of its trace. Both are handed
 * over and written by threads of their own; where those do not keep up, lines and spans are dropped
 * and counted, and no request waits.
 */
@NullMarked
package io.sluice.gtin.telemetry;

import org.jspecify.annotations.NullMarked;
