package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /** Those of all backends, by the backend's id; an empty list for one that has none. */
  public static Map<String, List<Server>> all(EtcdStore store)
      throws IOException, InterruptedException {
    Config config = TreeCheck.read(TreeChanges.values(store.read("backends/")));
    Map<String, List<Server>> servers = new TreeMap<>(config.servers());
    config.backends().keySet().forEach(id -> servers.putIfAbsent(id, List.of()));
    return servers;
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
