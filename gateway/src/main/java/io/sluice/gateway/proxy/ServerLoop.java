package io.sluice.gateway.proxy;

import io.sluice.gateway.upstream.LoopPools;
import java.util.HashSet;
import java.util.Set;

/**
 * What one event loop has on the clients' side.
 *
 * @param connections the open connections; touched by that loop only
 */
record ServerLoop(LoopPools pools, Set<ClientConnection> connections) {
  ServerLoop(LoopPools pools) {
    this(pools, new HashSet<>());
  }

  /** Ends the connections of a socket as soon as each is idle. Any thread. */
  void closeConnectionsOf(BoundSocket socket) {
    pools
        .loop()
        .execute(
            () ->
                connections.stream()
                    .filter(connection -> connection.socket() == socket)
                    .toList()
                    .forEach(ClientConnection::closeWhenIdle));
  }
}
