/**
 * What one event loop and one connection have, whichever side they are on: deadlines, gathered
 * writes, and HTTP/2 as we set it up.
 *
 * <p>Event loop only; knows neither routes nor servers nor clients.
 */
@NullMarked
package io.sluice.gateway.wire;

import org.jspecify.annotations.NullMarked;
