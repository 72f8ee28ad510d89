/**
 * Sluice's gateway: the one place that knows everyone. {@link io.sluice.gateway.Gateway} builds the
 * parts and starts and stops them in the order of two lists.
 *
 * <pre>
 *   6  (root)              Main, ServeCommand, Gateway, GatewaySettings
 *   5  admin | cli         operators' API | commands
 *   4  proxy | control     data path | control plane, which never import each other
 *   3  table               where they meet
 *   2  upstream            live state that survives a swap
 *   1  middleware          request stages
 *   0  config | route | http | telemetry
 * </pre>
 *
 * An import only goes down.
 */
@NullMarked
package io.sluice.gateway;

import org.jspecify.annotations.NullMarked;
