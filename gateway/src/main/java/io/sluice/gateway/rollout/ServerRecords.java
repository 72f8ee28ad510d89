package io.sluice.gateway.rollout;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.Servers;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the store holds of one backend's servers, and how a rolling rollout changes it. */
final class ServerRecords {
  private static final Logger LOG = LoggerFactory.getLogger(ServerRecords.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final EtcdStore store;
  private final String backend;

  ServerRecords(EtcdStore store, String backend) {
    this.store = store;
    this.backend = backend;
  }

  @Nullable Server find(String id) throws IOException, InterruptedException {
    return Servers.of(store, backend).stream()
        .filter(server -> server.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  /** The newest revision of the store. */
  long revision() throws IOException, InterruptedException {
    return store.read("backends/" + backend + "/").revision();
  }

  /**
   * Takes servers out; whatever else is written of them meanwhile stays.
   *
   * @return the revision from which on they are; 0 where there are none of them
   */
  long drain(List<String> ids) throws IOException, InterruptedException {
    long drained = 0;
    for (String id : ids) {
      drained = Math.max(drained, drain(id));
    }
    return drained;
  }

  private long drain(String id) throws IOException, InterruptedException {
    while (true) {
      EtcdStore.Stored stored = store.find(key(id));
      if (stored == null || !(JSON.readTree(stored.value()) instanceof ObjectNode record)) {
        return 0;
      }
      String draining = Servers.withState(record, true);
      try {
        return store.commit(
            List.of(new EtcdStore.Change(key(id), draining, stored.modRevision(), stored.lease())));
      } catch (EtcdStore.Conflict meanwhile) {
        LOG.debug("read anew: {}", meanwhile.getMessage());
      }
    }
  }

  /** Writes a new server down, unless it has done so itself. */
  void announce(String id, String url) throws IOException, InterruptedException {
    String record = JSON.createObjectNode().put("URL", url).toString();
    try {
      store.commit(List.of(new EtcdStore.Change(key(id), record, 0, 0)));
    } catch (EtcdStore.Conflict itself) {
      LOG.debug("it has announced itself: {}", itself.getMessage());
    }
  }

  void remove(String id) throws IOException, InterruptedException {
    try {
      store.commit(List.of(new EtcdStore.Change(key(id), null, EtcdStore.Change.ANY, 0)));
    } catch (EtcdStore.Conflict impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private String key(String id) {
    return Kind.SERVER.key(backend + "/" + id);
  }
}
