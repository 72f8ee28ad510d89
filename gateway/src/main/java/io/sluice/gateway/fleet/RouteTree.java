package io.sluice.gateway.fleet;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.table.RoutingTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tree of routes as a gateway's own API shows and changes it: by the same check and the same
 * commit as the commands. Blocks; one thread at a time.
 */
public sealed interface RouteTree extends AutoCloseable {
  /** It was not written, for reasons that people can do something about. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    /** What kind of refusal it is. */
    public enum Kind {
      /** What was written is wrong. */
      BAD,
      /** Somebody else was quicker. */
      CONFLICT,
      /** It cannot be written here. */
      ELSEWHERE
    }

    private final Kind kind;

    RefusedException(Kind kind, String message) {
      super(message);
      this.kind = kind;
    }

    public Kind kind() {
      return kind;
    }
  }

  /**
   * The keys of a folder, which ends in a slash, without what Sluice writes itself.
   *
   * @throws IOException when it cannot be read
   */
  SortedMap<String, String> read(String folder) throws IOException, InterruptedException;

  /**
   * One key's value; null when it is not there.
   *
   * @throws IOException when it cannot be read
   */
  @Nullable String find(String key) throws IOException, InterruptedException;

  /** A record with its secret in clear, where there is a key that opens it; else as it is. */
  String opened(String key, String value);

  /**
   * Changes it.
   *
   * @param wanted keys as they are to be; null removes one
   * @param leased of them the one that hangs on a lease; empty for none
   * @param time how long its lease lasts; zero for none, which takes off the one that it had
   * @param author for the history
   */
  void write(Map<String, @Nullable String> wanted, String leased, Duration time, String author)
      throws IOException, InterruptedException, RefusedException;

  /**
   * The store that the whole fleet follows; null where there is none.
   *
   * @throws IOException when it cannot be connected to
   */
  @Nullable EtcdStore store() throws IOException;

  /**
   * What was served at a revision.
   *
   * @throws IOException when the store cannot be reached, or has forgotten it
   */
  RoutingTable tableAt(long revision) throws IOException, InterruptedException;

  @Override
  void close();

  /** What the gateways that follow etcd have. */
  static RouteTree of(EtcdSettings settings, SealKeys seals) {
    return new OfStore(settings, seals);
  }

  /** What a gateway that follows a folder has; it is changed by its files alone. */
  static RouteTree of(Path folder) {
    return new OfFolder(folder);
  }

  /** See {@link #of(EtcdSettings, SealKeys)}. */
  final class OfStore implements RouteTree {
    private final EtcdSettings settings;
    private final SealKeys seals;
    private @Nullable EtcdStore connected;

    private OfStore(EtcdSettings settings, SealKeys seals) {
      this.settings = settings;
      this.seals = seals;
    }

    /** Connected when somebody asks: most gateways are never asked. */
    @Override
    public synchronized EtcdStore store() throws IOException {
      if (connected == null) {
        connected = new EtcdStore(settings);
      }
      return connected;
    }

    @Override
    public SortedMap<String, String> read(String folder) throws IOException, InterruptedException {
      return TreeChanges.values(store().read(folder));
    }

    @Override
    public @Nullable String find(String key) throws IOException, InterruptedException {
      EtcdStore.Stored stored = store().find(key);
      return stored == null ? null : stored.value();
    }

    @Override
    public void write(
        Map<String, @Nullable String> wanted, String leased, Duration time, String author)
        throws IOException, InterruptedException, RefusedException {
      EtcdStore store = store();
      EtcdStore.Stored stored = leased.isEmpty() ? null : store.find(leased);
      boolean sameValue = stored != null && stored.value().equals(wanted.get(leased));
      try {
        if (stored != null && sameValue && wanted.size() == 1) {
          renew(store, leased, stored, time);
        } else {
          change(store, wanted, leased, time, author);
        }
      } catch (EtcdStore.Conflict conflict) {
        throw new RefusedException(
            RefusedException.Kind.CONFLICT, String.valueOf(conflict.getMessage()));
      }
    }

    /** A heart beat is no change: nothing to check, and nothing for the history. */
    private static void renew(EtcdStore store, String key, EtcdStore.Stored stored, Duration time)
        throws IOException, InterruptedException, EtcdStore.Conflict {
      if (!time.isZero() || stored.lease() != 0) {
        store.commit(
            List.of(
                new EtcdStore.Change(
                    key, stored.value(), stored.modRevision(), lease(store, time))));
      }
    }

    private static long lease(EtcdStore store, Duration time)
        throws IOException, InterruptedException {
      return time.isZero() ? 0 : store.grantLease(time);
    }

    private void change(
        EtcdStore store,
        Map<String, @Nullable String> wanted,
        String leased,
        Duration time,
        String author)
        throws IOException, InterruptedException, RefusedException, EtcdStore.Conflict {
      EtcdStore.Snapshot now = store.read("");
      Map<String, @Nullable String> sealed = new Sealing(seals).toWrite(now, wanted);
      TreeChanges changes = TreeChanges.of(now, sealed, false);
      check(now, changes);
      List<TreeChange> list = new ArrayList<>(changes.list());
      EtcdStore.Stored stored = now.keys().get(leased);
      String value = sealed.get(leased);
      if (value != null && (!time.isZero() || (stored != null && stored.lease() != 0))) {
        list.removeIf(change -> change.key().equals(leased));
        list.add(
            new TreeChange(
                leased,
                stored == null ? null : stored.value(),
                value,
                stored == null ? 0 : stored.modRevision(),
                lease(store, time)));
      }
      if (!list.isEmpty()) {
        TreeCommit.commit(store, now, list, new History.Note(author, ""));
      }
    }

    @Override
    public RoutingTable tableAt(long revision) throws IOException, InterruptedException {
      EtcdStore store = store();
      return TreeCheck.of(History.treeAt(store, store.read(""), revision), seals).table();
    }

    @Override
    public String opened(String key, String value) {
      try {
        return new Sealing(seals).open(key, value);
      } catch (SealKeys.SealedException noKey) {
        return value;
      }
    }

    private void check(EtcdStore.Snapshot now, TreeChanges changes) throws RefusedException {
      if (changes.list().isEmpty()) {
        return;
      }
      TreeCheck before = TreeCheck.of(TreeChanges.values(now), seals);
      List<Problem> errors = TreeCheck.of(changes.after(), seals).errorsBeyond(before);
      if (!errors.isEmpty()) {
        throw new RefusedException(
            RefusedException.Kind.BAD,
            errors.stream().map(Problem::toString).collect(Collectors.joining("; ")));
      }
    }

    @Override
    public synchronized void close() {
      if (connected != null) {
        connected.close();
      }
    }
  }

  /** See {@link #of(Path)}. */
  record OfFolder(Path folder) implements RouteTree {
    @Override
    public String opened(String key, String value) {
      return value;
    }

    @Override
    public @Nullable EtcdStore store() {
      return null;
    }

    @Override
    public RoutingTable tableAt(long revision) throws IOException {
      throw new IOException(
          "revision " + revision + " is gone: this gateway follows the folder " + folder);
    }

    @Override
    public SortedMap<String, String> read(String part) throws IOException {
      SortedMap<String, String> values = new TreeMap<>(TreeFiles.read(List.of(folder)).values());
      values.keySet().removeIf(key -> !key.startsWith(part));
      return values;
    }

    @Override
    public @Nullable String find(String key) throws IOException {
      return read(key).get(key);
    }

    @Override
    public void write(
        Map<String, @Nullable String> wanted, String leased, Duration time, String author)
        throws RefusedException {
      throw new RefusedException(
          RefusedException.Kind.ELSEWHERE,
          "this gateway follows the folder " + folder + ", so its files are what is to be changed");
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }
}
