package io.sluice.gateway.rollout;

import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rollouts in etcd. One thread. */
public final class RolloutStore {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutStore.class);
  private static final Duration LEASE = Duration.ofSeconds(6);

  private final EtcdStore store;

  public RolloutStore(EtcdStore store) {
    this.store = store;
  }

  /** A rollout as it was read, with what it takes to change it. */
  public record Read(Rollout rollout, long seen) {}

  /** Somebody else is at it; the message says who. */
  public static final class Taken extends Exception {
    private static final long serialVersionUID = 1;

    Taken(String message) {
      super(message);
    }
  }

  /** The rollout with this id, over or not; null when there was none. */
  public @Nullable Read find(String id) throws IOException, InterruptedException {
    EtcdStore.Stored stored = store.find(Kind.ROLLOUT.key(id));
    return stored == null ? null : new Read(Rollout.read(stored.value()), stored.modRevision());
  }

  /** The newest rollout of each id; what cannot be read is named in the log and left out. */
  public Map<String, Rollout> all() throws IOException, InterruptedException {
    Map<String, Rollout> all = new TreeMap<>();
    for (var entry : store.read("rollouts/").keys().entrySet()) {
      String id = Kind.ROLLOUT.findId(entry.getKey());
      if (id != null) {
        try {
          all.put(id, Rollout.read(entry.getValue().value()));
        } catch (IOException unreadable) {
          LOG.warn("{}: found no rollout: {}", entry.getKey(), unreadable.getMessage());
        }
      }
    }
    return all;
  }

  /** All rollouts of an id, oldest first. */
  public List<Rollout> history(String id) throws IOException, InterruptedException {
    List<Rollout> history = new ArrayList<>();
    for (var entry : store.read(Kind.ROLLOUT.key(id) + "/history/").keys().values()) {
      history.add(Rollout.read(entry.value()));
    }
    Read last = find(id);
    if (last != null) {
      history.add(last.rollout());
    }
    return history;
  }

  /**
   * Writes a new rollout; the one before it with the same id goes into the history.
   *
   * @throws Taken when one is still under way
   */
  public void create(Rollout rollout) throws IOException, InterruptedException, Taken {
    Read before = find(rollout.id());
    if (before != null && !before.rollout().phase().isOver()) {
      throw new Taken(
          "a rollout of "
              + rollout.id()
              + " is "
              + before.rollout().phase()
              + " since "
              + before.rollout().startedAt()
              + "; resume or abort it first");
    }
    String key = Kind.ROLLOUT.key(rollout.id());
    List<EtcdStore.Change> changes = new ArrayList<>();
    changes.add(new EtcdStore.Change(key, rollout.toJson(), before == null ? 0 : before.seen(), 0));
    if (before != null) {
      changes.add(
          new EtcdStore.Change(
              key + "/history/" + before.rollout().startedAt(),
              before.rollout().toJson(),
              EtcdStore.Change.ANY,
              0));
    }
    try {
      store.commit(changes);
    } catch (EtcdStore.Conflict conflict) {
      throw new Taken("another rollout of " + rollout.id() + " has just been started");
    }
  }

  /**
   * Becomes the one who runs it, until {@link #release}, or a few seconds after this process has
   * died.
   *
   * @throws Taken when another process runs it
   */
  public void claim(String id, String name) throws IOException, InterruptedException, Taken {
    long lease = store.renewLease(LEASE);
    try {
      store.commit(List.of(new EtcdStore.Change(runner(id), name, 0, lease)));
    } catch (EtcdStore.Conflict conflict) {
      EtcdStore.Stored other = store.find(runner(id));
      throw new Taken(
          "the rollout of " + id + " is run by " + (other == null ? "another" : other.value()));
    }
  }

  /**
   * Goes on being the one who runs it; the claim is lost when this is not called for seconds.
   *
   * @throws Taken when another has claimed it since
   */
  void keepClaim(String id, String name) throws IOException, InterruptedException, Taken {
    store.renewLease(LEASE);
    EtcdStore.Stored holder = store.find(runner(id));
    if (holder == null) {
      claim(id, name);
    } else if (!holder.value().equals(name)) {
      throw new Taken("the rollout of " + id + " is run by " + holder.value() + " now");
    }
  }

  public void release() throws IOException, InterruptedException {
    store.revokeLease();
  }

  /** Whether a process runs it now. */
  public boolean isRun(String id) throws IOException, InterruptedException {
    return store.find(runner(id)) != null;
  }

  /** Asks the process that runs it for something; that it writes at the same time is no matter. */
  public void ask(String id, Rollout.Asked wish) throws IOException, InterruptedException {
    while (true) {
      Read read = find(id);
      if (read == null) {
        throw new IOException("found no rollout of \"" + id + "\"");
      }
      try {
        save(read, read.rollout().asking(wish), List.of());
        return;
      } catch (EtcdStore.Conflict meanwhile) {
        // it is read anew
      }
    }
  }

  /**
   * Writes how it stands now, and what changes with it, in one transaction.
   *
   * @return the revision
   * @throws EtcdStore.Conflict when it, or what changes with it, is no longer as it was read
   */
  long save(Read read, Rollout next, List<EtcdStore.Change> with)
      throws IOException, InterruptedException, EtcdStore.Conflict {
    List<EtcdStore.Change> changes = new ArrayList<>(with);
    if (!with.isEmpty()) {
      String author = "rollout " + next.id();
      changes.addAll(History.beside(store, with, new History.Note(author, next.what())));
    }
    changes.add(new EtcdStore.Change(Kind.ROLLOUT.key(next.id()), next.toJson(), read.seen(), 0));
    return store.commit(changes);
  }

  private static String runner(String id) {
    return Kind.ROLLOUT.key(id) + "/runner";
  }
}
