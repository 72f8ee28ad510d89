package io.sluice.gateway.store;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tree in etcd as operators' commands see it: read at one revision, changed by compare-and-swap
 * on what was read. Blocking, with time limits. One thread.
 */
public final class EtcdStore implements AutoCloseable {
  private final EtcdConnection connection;
  private final AdminLogin adminLogin;
  private @Nullable Lease lease;

  /**
   * A key as it was read.
   *
   * @param modRevision the revision of its last change
   * @param lease what it hangs on; 0 for nothing
   */
  public record Stored(String value, long modRevision, long lease) {}

  /** A part of the tree at one revision, by key without the prefix. */
  public record Snapshot(long revision, SortedMap<String, Stored> keys) {}

  /**
   * One key's change.
   *
   * @param value what it becomes; null to remove it
   * @param seen its {@link Stored#modRevision} when it was read; 0 for a key that was not there;
   *     {@link #ANY} to change it whatever it is
   * @param lease what it is to hang on; 0 for nothing
   */
  public record Change(String key, @Nullable String value, long seen, long lease) {
    public static final long ANY = -1;
  }

  /** Somebody else has changed a key since it was read; nothing was written. */
  public static final class Conflict extends Exception {
    private static final long serialVersionUID = 1;

    private final ArrayList<String> keys;

    Conflict(List<String> keys) {
      super("changed by somebody else in the meantime: " + String.join(", ", keys));
      this.keys = new ArrayList<>(keys);
    }

    public List<String> keys() {
      return Collections.unmodifiableList(keys);
    }
  }

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  public EtcdStore(EtcdSettings settings) throws IOException {
    this(settings, AdminLogin.NONE);
  }

  /**
   * @param adminLogin what the gateways' admin APIs are shown
   * @throws IOException when a password or certificate file cannot be read
   */
  public EtcdStore(EtcdSettings settings, AdminLogin adminLogin) throws IOException {
    this.adminLogin = adminLogin;
    this.connection = new EtcdConnection(settings);
  }

  /** What the gateways' admin APIs are shown. */
  public AdminLogin adminLogin() {
    return adminLogin;
  }

  /**
   * Reads a folder of the tree, which ends in a slash; "" is the whole of it.
   *
   * @throws IOException when the store cannot be reached or refuses
   */
  public Snapshot read(String folder) throws IOException, InterruptedException {
    return readAt(folder, 0);
  }

  /**
   * The same as it was at a revision.
   *
   * @throws IOException also when the store has forgotten that revision ({@link #isForgotten})
   */
  public Snapshot readAt(String folder, long revision) throws IOException, InterruptedException {
    SortedMap<String, Stored> keys = new TreeMap<>();
    EtcdConnection.Header header =
        connection.scan(
            folder,
            revision,
            entry ->
                keys.put(
                    connection.relative(entry.getKey()),
                    new Stored(text(entry.getValue()), entry.getModRevision(), entry.getLease())));
    return new Snapshot(header.revision(), keys);
  }

  /** Whether a read failed since the store has forgotten the revision (compaction). */
  public static boolean isForgotten(IOException refused) {
    return String.valueOf(refused.getMessage()).contains("compacted");
  }

  /**
   * Whether a key was there at a revision.
   *
   * @throws IOException also when the store has forgotten that revision (compaction)
   */
  public boolean existedAt(String key, long revision) throws IOException, InterruptedException {
    GetOption then = GetOption.builder().withRevision(revision).withCountOnly(true).build();
    return EtcdConnection.await(connection.client().getKVClient().get(connection.key(key), then))
            .getCount()
        > 0;
  }

  /** Reads one key; null when it is not there. */
  public @Nullable Stored find(String key) throws IOException, InterruptedException {
    var found =
        EtcdConnection.await(connection.client().getKVClient().get(connection.key(key))).getKvs();
    return found.isEmpty()
        ? null
        : new Stored(
            text(found.getFirst().getValue()),
            found.getFirst().getModRevision(),
            found.getFirst().getLease());
  }

  /**
   * Makes all changes in one transaction, or none.
   *
   * @return the revision at which they are visible
   * @throws Conflict when a key is not as it was seen
   * @throws IOException when the store cannot be reached or refuses
   */
  public long commit(List<Change> changes) throws IOException, InterruptedException, Conflict {
    List<Cmp> asSeen = new ArrayList<>();
    List<Op> operations = new ArrayList<>();
    List<Op> looks = new ArrayList<>();
    for (Change change : changes) {
      ByteSequence key = connection.key(change.key());
      if (change.seen() != Change.ANY) {
        asSeen.add(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(change.seen())));
      }
      looks.add(Op.get(key, GetOption.builder().withKeysOnly(true).build()));
      String value = change.value();
      operations.add(
          value == null
              ? Op.delete(key, DeleteOption.DEFAULT)
              : Op.put(
                  key,
                  EtcdConnection.bytes(value),
                  PutOption.builder().withLeaseId(change.lease()).build()));
    }
    TxnResponse response =
        EtcdConnection.await(
            connection
                .client()
                .getKVClient()
                .txn()
                .If(asSeen.toArray(Cmp[]::new))
                .Then(operations.toArray(Op[]::new))
                .Else(looks.toArray(Op[]::new))
                .commit());
    if (!response.isSucceeded()) {
      throw new Conflict(changed(changes, response));
    }
    return response.getHeader().getRevision();
  }

  private static List<String> changed(List<Change> changes, TxnResponse response) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      var found = response.getGetResponses().get(i).getKvs();
      long now = found.isEmpty() ? 0 : found.getFirst().getModRevision();
      if (changes.get(i).seen() != Change.ANY && changes.get(i).seen() != now) {
        keys.add(changes.get(i).key());
      }
    }
    return keys;
  }

  /**
   * The lease of this store's own, renewed by this call; what hangs on it goes when the process
   * dies.
   *
   * @param time after which it ends unless renewed; that of the first call holds
   */
  public long renewLease(Duration time) throws IOException, InterruptedException {
    if (lease == null) {
      lease = new Lease(connection, time);
    }
    lease.renew();
    return lease.id();
  }

  /**
   * A new lease that nobody renews.
   *
   * @param time after which it ends; etcd makes more of what is very short
   */
  public long grantLease(Duration time) throws IOException, InterruptedException {
    long seconds = Math.max(1, time.toSeconds());
    return EtcdConnection.await(connection.client().getLeaseClient().grant(seconds)).getID();
  }

  /** Ends the lease of this store's own, if it has one. */
  public void revokeLease() throws IOException, InterruptedException {
    if (lease != null) {
      lease.revoke();
      lease = null;
    }
  }

  private static String text(ByteSequence value) {
    return value.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    connection.close();
  }
}
