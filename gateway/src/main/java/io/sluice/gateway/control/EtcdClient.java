package io.sluice.gateway.control;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.store.EtcdConnection;
import io.sluice.gateway.store.EtcdSettings;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The three calls that following a tree takes. */
final class EtcdClient implements AutoCloseable {
  private final EtcdConnection connection;

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  EtcdClient(EtcdSettings settings) throws IOException {
    this.connection = new EtcdConnection(settings);
  }

  /** What the store has newest under the folder, without the values. */
  record Position(long newestRevision, long count, long clusterId, long headerRevision) {}

  /**
   * Reads the whole tree at one revision, in pages.
   *
   * @param underLease is told the keys that hang on a lease
   * @throws IOException when the store cannot be reached or refuses
   */
  Snapshot list(Consumer<String> underLease) throws IOException, InterruptedException {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    EtcdConnection.Header header =
        connection.scan(
            "",
            entry -> {
              String key = relative(entry.getKey());
              tree.put(key, entry.getValue().getBytes());
              if (entry.getLease() != 0) {
                underLease.accept(key);
              }
            });
    return new Snapshot(tree.revision(header.revision()).done(), Snapshot.ETCD, header.clusterId());
  }

  /** See {@link EtcdConnection#likelyMeant}. */
  String likelyMeant() throws InterruptedException {
    return connection.likelyMeant();
  }

  /** Asks where the store stands, to compare with what the watch has told. */
  Position position() throws IOException, InterruptedException {
    GetOption option =
        GetOption.builder()
            .withRange(connection.end(""))
            .withKeysOnly(true)
            .withSortField(GetOption.SortTarget.MOD)
            .withSortOrder(GetOption.SortOrder.DESCEND)
            .withLimit(1)
            .build();
    GetResponse response =
        EtcdConnection.await(connection.client().getKVClient().get(connection.key(""), option));
    List<KeyValue> newest = response.getKvs();
    return new Position(
        newest.isEmpty() ? 0 : newest.getFirst().getModRevision(),
        response.getCount(),
        response.getHeader().getClusterId(),
        response.getHeader().getRevision());
  }

  /**
   * Watches the folder from a revision on; what happens is told to the listener until it is closed.
   */
  Watch.Watcher watch(long fromRevision, Watch.Listener listener) {
    WatchOption option =
        WatchOption.builder()
            .withRange(connection.end(""))
            .withRevision(fromRevision)
            .withCreateNotify(true)
            .withRequireLeader(true)
            .build();
    return connection.client().getWatchClient().watch(connection.key(""), option, listener);
  }

  /** A key without the folder. */
  String relative(ByteSequence key) {
    return connection.relative(key);
  }

  @Override
  public void close() {
    connection.close();
  }
}
