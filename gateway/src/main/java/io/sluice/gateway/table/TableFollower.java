package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import java.util.List;
import java.util.function.Consumer;

/**
 * Something outside the table that has to be brought in line with it after it was published, such
 * as the sockets.
 */
public interface TableFollower {
  /**
   * Brings it in line. Runs on the control thread and may block; a failure is a problem in the
   * result, never an exception, and is tried again with the next call.
   */
  List<Problem> follow(RoutingTable table);

  /** One that never finds anything wrong. */
  static TableFollower of(Consumer<RoutingTable> action) {
    return table -> {
      action.accept(table);
      return List.of();
    };
  }
}
