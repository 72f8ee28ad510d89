package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A backend's servers as they stand in the store. */
public final class Servers {
  private static final String STATE = "State";

  private Servers() {}

  /** Those of a backend that a gateway would read; none where there is no such backend. */
  public static List<Server> of(EtcdStore store, String backend)
      throws IOException, InterruptedException {
    return TreeCheck.read(TreeChanges.values(store.read("backends/" + backend + "/")))
        .servers()
        .getOrDefault(backend, List.of());
  }

  /** Those of all backends, by the backend's id. */
  public static Map<String, List<Server>> all(EtcdStore store)
      throws IOException, InterruptedException {
    return TreeCheck.read(TreeChanges.values(store.read("backends/"))).servers();
  }

  /**
   * Makes a server's record say that it is draining, or nothing of it, as most do that are not; in
   * whatever case it has said so before.
   */
  public static String withState(ObjectNode record, boolean draining) {
    List<String> names = new ArrayList<>();
    record.fieldNames().forEachRemaining(names::add);
    names.stream().filter(STATE::equalsIgnoreCase).forEach(record::remove);
    if (draining) {
      record.put(STATE, "draining");
    }
    return record.toString();
  }
}
