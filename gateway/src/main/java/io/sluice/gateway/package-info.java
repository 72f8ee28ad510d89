/**
 * Sluice's gateway: the one place that knows everyone. {@link io.sluice.gateway.Gateway} builds the
 * parts and starts and stops them in the order of two lists.
 *
 * <pre>
 *   8  (root)                Main, ServeCommand, Gateway, GatewaySettings
 *   7  admin | cli           operators' API | commands
 *   6  rollout               judged rollouts
 *   5  client | fleet        clients' sockets and connections | the gateways that must serve a change
 *   4  exchange | control    one request and its response | the store's events; neither imports the other
 *   3  table                 where they meet
 *   2  upstream | store      live state towards servers that survives a swap | etcd as a client
 *   1  wire | tls | middleware    loops and connections | certificates | stages
 *   0  config | route | predicate | http | telemetry
 *  -1  memory                what is kept for strangers, by budget
 * </pre>
 *
 * An import only goes down.
 */
@NullMarked
package io.sluice.gateway;

import org.jspecify.annotations.NullMarked;
