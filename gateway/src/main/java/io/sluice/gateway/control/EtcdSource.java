package io.sluice.gateway.control;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.store.EtcdSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a tree in etcd: lists it at revision R, watches from R + 1, and starts over wherever that
 * chain may have broken.
 *
 * <p>jetcd carries the messages but its own resuming of a watch is never used, because it moves
 * past events that it did not deliver: each {@link EtcdWatch} lives until its first fault and is
 * then replaced, from the last revision that was applied. A watchdog asks the store from time to
 * time what its newest revision is, so that a watch which has gone silent is found out.
 *
 * <p>A list that cannot be the continuation of the tree that is served (another cluster, a lower
 * revision, suddenly no frontend at all) is held back until the operator accepts it.
 *
 * <pre>
 *   LISTING ──tree at R──▶ WATCHING from R + 1
 *      ▲                        │
 *      └── fault (backing off), compacted, drifted, another store ──┘
 * </pre>
 */
public final class EtcdSource implements ConfigSource {
  /** What the watch's thread tells the control thread. */
  sealed interface Event {
    /** A response of the watch with this number. */
    record Response(long watch, WatchResponse response) implements Event {}

    /** The watch with this number has ended. */
    record Ended(long watch, String why) implements Event {}

    /** The operator accepts the tree that is held. */
    record Accepted() implements Event {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(EtcdSource.class);
  private static final long NOTHING_SUSPECTED = -1;
  private static final long FIRST_BACKOFF_MILLIS = 100;
  private static final long LONGEST_BACKOFF_MILLIS = 5_000;

  private final EtcdClient client;
  private final long watchdogNanos;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final KeyTree served = new KeyTree();
  private volatile SourceStatus status = SourceStatus.initial();
  private volatile long clusterId;
  private @Nullable StoredTree held;
  private @Nullable EtcdWatch watch;
  private long watches;
  private boolean listed;
  private boolean everServed;
  private boolean returned;
  private long suspectedRevision = NOTHING_SUSPECTED;
  private long backoffMillis = FIRST_BACKOFF_MILLIS;
  private long quietUntilNanos = System.nanoTime();
  private long checkedNanos = System.nanoTime();

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  public EtcdSource(EtcdSettings settings) throws IOException {
    this.client = new EtcdClient(settings);
    this.watchdogNanos = settings.watchdog().toNanos();
  }

  /**
   * Makes a tree that was kept from an earlier life the one that the store's is compared with.
   * Before the first {@link #await}.
   */
  void continueFrom(StoredTree kept) {
    served.become(kept.tree());
    clusterId = kept.clusterId();
    everServed = true;
  }

  /** The cluster that the served tree came from. */
  long clusterId() {
    return clusterId;
  }

  @Override
  public SourceStatus status() {
    return status;
  }

  @Override
  public void accept() {
    events.add(new Event.Accepted());
  }

  @Override
  public @Nullable KeyTree await(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (true) {
      if (System.nanoTime() - quietUntilNanos >= 0) {
        try {
          if (!listed && list()) {
            return served;
          }
          if (System.nanoTime() - checkedNanos > watchdogNanos) {
            checkedNanos = System.nanoTime();
            checkDrift();
            continue;
          }
        } catch (IOException unreachable) {
          disconnected(unreachable.getMessage());
          // Asked again as soon as the pause is over.
          checkedNanos = quietUntilNanos - watchdogNanos;
        }
      }
      long left = until - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      if (takeEvents(Math.min(left, untilNextDuty()))) {
        return served;
      }
    }
  }

  /** How long nothing but an event can give reason to act. */
  private long untilNextDuty() {
    long now = System.nanoTime();
    long watchdog = listed ? checkedNanos + watchdogNanos - now : 0;
    return Math.max(1, Math.max(watchdog, quietUntilNanos - now));
  }

  /** Reads the tree anew; true when the served one changed. */
  private boolean list() throws IOException, InterruptedException {
    stopWatch();
    StoredTree found = client.list();
    listed = true;
    connected();
    String doubt = doubt(found);
    if (!doubt.isEmpty()) {
      if (held == null) {
        LOG.error(
            "the store's tree is held back: {}; what was served before is still served", doubt);
      }
      held = found;
      status = status.held(doubt);
      startWatch();
      return false;
    }
    held = null;
    status = status.held("");
    // Where the identity changed, the same content is worth saving again.
    boolean sameHistory =
        found.clusterId() == clusterId && found.tree().revision() >= served.revision();
    clusterId = found.clusterId();
    // A revision that says nothing new is told too: somebody may wait for it to be served.
    boolean later = found.tree().revision() > served.revision();
    boolean changed = served.become(found.tree()) || later || !sameHistory || !returned;
    everServed = true;
    returned = true;
    startWatch();
    return changed;
  }

  /**
   * Why the tree must be held back, or empty. A hold ends with the served content or with the
   * operator's word, never by itself.
   */
  private String doubt(StoredTree found) {
    if (held != null && !StoreGuard.sameContent(served, found.tree())) {
      return status.held();
    }
    return everServed ? StoreGuard.doubt(served, clusterId, found) : "";
  }

  private void startWatch() {
    long from = followed().revision() + 1;
    suspectedRevision = NOTHING_SUSPECTED;
    watch = new EtcdWatch(++watches, client, from, events);
    LOG.debug("watching from revision {}", from);
  }

  private void stopWatch() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }

  /** The tree that the watch is about: the served one, or the one that is held back. */
  private KeyTree followed() {
    return held == null ? served : held.tree();
  }

  private long followedClusterId() {
    return held == null ? clusterId : held.clusterId();
  }

  /** Waits for an event and takes all that are there; true when the served tree changed. */
  private boolean takeEvents(long nanos) throws InterruptedException {
    boolean changed = false;
    Event event = events.poll(nanos, TimeUnit.NANOSECONDS);
    while (event != null) {
      changed |= take(event);
      event = events.poll();
    }
    return changed;
  }

  private boolean take(Event event) {
    return switch (event) {
      case Event.Response(long number, WatchResponse response) ->
          watch != null && number == watch.number() && apply(response) && held == null;
      case Event.Ended(long number, String why) -> {
        if (watch != null && number == watch.number()) {
          relist();
          disconnected(why);
        }
        yield false;
      }
      case Event.Accepted() -> acceptHeld();
    };
  }

  private boolean acceptHeld() {
    if (held == null) {
      return false;
    }
    LOG.warn("the operator accepts the store's tree at revision {}", held.tree().revision());
    // The watch is about this very tree, so it simply goes on.
    served.become(held.tree());
    clusterId = held.clusterId();
    held = null;
    returned = true;
    status = status.held("");
    return true;
  }

  /** Applies a whole response: a revision is never split. The position moves with events only. */
  private boolean apply(WatchResponse response) {
    connected();
    KeyTree tree = followed();
    if (response.getHeader().getClusterId() != followedClusterId()) {
      LOG.warn("the watch answers for another cluster");
      relist();
      return false;
    }
    if (response.getEvents().isEmpty()) {
      if (response.getHeader().getRevision() < tree.revision()) {
        LOG.warn(
            "the store is at revision {}, before {}",
            response.getHeader().getRevision(),
            tree.revision());
        relist();
      }
      return false;
    }
    healthy();
    boolean changed = false;
    for (WatchEvent event : response.getEvents()) {
      String key = client.relative(event.getKeyValue().getKey());
      // What gateways and rollouts write of themselves must not make every gateway write again.
      changed |= !KeyTree.isOurOwn(key);
      switch (event.getEventType()) {
        case PUT -> tree.put(key, event.getKeyValue().getValue().getBytes());
        case DELETE -> tree.remove(key);
        case UNRECOGNIZED -> relist();
      }
      tree.revision(Math.max(tree.revision(), event.getKeyValue().getModRevision()));
    }
    return changed;
  }

  /**
   * Compares the store with what the watch has told; starts over when they differ after a moment's
   * patience.
   */
  private void checkDrift() throws IOException, InterruptedException {
    if (watch == null || !listed) {
      return;
    }
    EtcdClient.Position position = client.position();
    KeyTree tree = followed();
    boolean sameStore =
        position.clusterId() == followedClusterId() && position.headerRevision() >= tree.revision();
    boolean sameKeys =
        position.newestRevision() <= tree.revision() && position.count() == tree.size();
    if (sameStore && sameKeys) {
      suspectedRevision = NOTHING_SUSPECTED;
      healthy();
      return;
    }
    boolean reached = suspectedRevision != NOTHING_SUSPECTED && tree.revision() > suspectedRevision;
    if (sameStore && (suspectedRevision == NOTHING_SUSPECTED || reached)) {
      // Events may be on their way: look again very soon, and see whether the tree has moved.
      suspectedRevision = tree.revision();
      checkedNanos = System.nanoTime() - watchdogNanos + TimeUnit.SECONDS.toNanos(1);
      return;
    }
    LOG.warn(
        "the watch has missed something: the store is at {}, the tree at {}",
        position,
        tree.revision());
    status = status.drifted();
    relist();
  }

  private void relist() {
    stopWatch();
    listed = false;
  }

  /**
   * A list alone proves little: only a watch that tells something, or a tree that agrees, ends the
   * backing off.
   */
  private void healthy() {
    backoffMillis = FIRST_BACKOFF_MILLIS;
    connected();
  }

  private void connected() {
    if (!status.connected()) {
      LOG.info("the store is connected");
    }
    status = status.connected(true, "");
  }

  private void disconnected(@Nullable String why) {
    if (status.connected() || !status.detail().equals(String.valueOf(why))) {
      LOG.warn("the store is not reachable: {}", why);
    }
    status = status.connected(false, String.valueOf(why));
    long jittered = backoffMillis / 2 + ThreadLocalRandom.current().nextLong(backoffMillis / 2 + 1);
    quietUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(jittered);
    backoffMillis = Math.min(LONGEST_BACKOFF_MILLIS, backoffMillis * 2);
  }

  @Override
  public void close() {
    stopWatch();
    client.close();
  }

  /** One watch, from its creation to its first fault. */
  private static final class EtcdWatch implements Watch.Listener {
    private final long number;
    private final BlockingQueue<Event> events;
    private final Watch.Watcher watcher;

    EtcdWatch(long number, EtcdClient client, long fromRevision, BlockingQueue<Event> events) {
      this.number = number;
      this.events = events;
      this.watcher = client.watch(fromRevision, this);
    }

    long number() {
      return number;
    }

    @Override
    public void onNext(WatchResponse response) {
      events.add(new Event.Response(number, response));
    }

    @Override
    public void onError(Throwable fault) {
      events.add(new Event.Ended(number, "the watch failed: " + fault.getMessage()));
    }

    @Override
    public void onCompleted() {
      events.add(new Event.Ended(number, "the watch was ended by the store"));
    }

    void close() {
      watcher.close();
    }
  }
}
