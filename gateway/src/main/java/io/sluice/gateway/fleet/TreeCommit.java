package io.sluice.gateway.fleet;

import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Writes changes into the store: in one transaction, or past its limits in several, so ordered that
 * whatever is referred to is there before and gone after what refers to it.
 */
public final class TreeCommit {
  /** etcd's default of {@code --max-txn-ops}. */
  private static final int MOST_OPERATIONS = 128;

  /** Below etcd's default of {@code --max-request-bytes}, which is 1.5 MiB. */
  private static final int MOST_BYTES = 1024 * 1024;

  private static final List<Kind> REFERRED_TO_FIRST =
      List.of(Kind.HOST, Kind.BACKEND, Kind.SERVER, Kind.MIDDLEWARE, Kind.FRONTEND, Kind.LISTENER);

  private TreeCommit() {}

  /**
   * Commits, with a record of it in the {@link History}.
   *
   * @param now what the changes were compared with
   * @return the revision from which on all is visible
   * @throws EtcdStore.Conflict when a key is not as it was read; of several transactions the
   *     earlier ones stay
   * @throws IOException when the store cannot be reached or refuses
   */
  public static long commit(
      EtcdStore store, EtcdStore.Snapshot now, List<TreeChange> changes, History.Note note)
      throws IOException, InterruptedException, EtcdStore.Conflict {
    List<History.KeyChange> recorded =
        changes.stream()
            .map(
                each -> new History.KeyChange(each.key(), each.before(), each.after(), each.seen()))
            .toList();
    long revision = 0;
    for (List<EtcdStore.Change> part : with(History.beside(now, recorded, note), parts(changes))) {
      revision = store.commit(part);
    }
    return revision;
  }

  /** The record goes with the last transaction, or behind it where there is no room. */
  private static List<List<EtcdStore.Change>> with(
      List<EtcdStore.Change> beside, List<List<EtcdStore.Change>> parts) {
    List<EtcdStore.Change> last = parts.getLast();
    if (last.size() + beside.size() > MOST_OPERATIONS) {
      parts.add(beside);
    } else {
      last.addAll(beside);
    }
    return parts;
  }

  /** The transactions that the changes take, in order. */
  static List<List<EtcdStore.Change>> parts(List<TreeChange> changes) {
    List<List<EtcdStore.Change>> parts = new ArrayList<>();
    List<EtcdStore.Change> part = new ArrayList<>();
    int bytes = 0;
    for (TreeChange change : changes.stream().sorted(ORDER).toList()) {
      int size = bytes(change);
      if (part.size() == MOST_OPERATIONS || (!part.isEmpty() && bytes + size > MOST_BYTES)) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(change.asChange());
      bytes += size;
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  private static final Comparator<TreeChange> ORDER =
      Comparator.<TreeChange>comparingInt(change -> change.after() == null ? 1 : 0)
          .thenComparingInt(
              change -> change.after() == null ? -place(change.key()) : place(change.key()))
          .thenComparing(TreeChange::key);

  private static int place(String key) {
    for (int i = 0; i < REFERRED_TO_FIRST.size(); i++) {
      if (REFERRED_TO_FIRST.get(i).findId(key) != null) {
        return i;
      }
    }
    return REFERRED_TO_FIRST.size();
  }

  /** A key stands three times in its transaction: compared, changed, looked at. */
  private static int bytes(TreeChange change) {
    String value = change.after();
    return 3 * (change.key().length() + 64) + (value == null ? 0 : value.length() * 2);
  }
}
