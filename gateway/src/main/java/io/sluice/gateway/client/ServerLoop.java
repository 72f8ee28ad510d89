package io.sluice.gateway.client;

import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.upstream.LoopPools;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What one event loop has on the clients' side. That loop only, unless it says otherwise. */
final class ServerLoop {
  private static final int PARTS = 16;

  private final LoopPools pools;

  @Bounded("by how many clients may be connected")
  private final Set<ClientConnection> connections = new HashSet<>();

  ServerLoop(LoopPools pools) {
    this.pools = pools;
    pools.loop().ledger().shedBy(this::shed);
  }

  LoopPools pools() {
    return pools;
  }

  /** The open connections. */
  Set<ClientConnection> connections() {
    return connections;
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

  /**
   * Ends some of the connections that are idle, the longest idle first, so that a client that
   * nobody has seen finds room though others hold all that there is.
   */
  void makeRoom() {
    List<Idle> idle =
        connections.stream()
            .map(each -> new Idle(each, each.idleNanos()))
            .filter(each -> each.nanos > 0)
            .sorted(Comparator.comparingLong(Idle::nanos).reversed())
            .toList();
    int some = Math.min(idle.size(), connections.size() / PARTS + 1);
    idle.subList(0, some).forEach(each -> each.connection.closeIdle());
  }

  private record Idle(ClientConnection connection, long nanos) {}

  private void shed(long stalledNanos, boolean ofCrowded) {
    List.copyOf(connections).forEach(connection -> connection.shed(stalledNanos, ofCrowded));
  }
}
