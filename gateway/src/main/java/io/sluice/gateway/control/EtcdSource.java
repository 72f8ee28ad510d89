package io.sluice.gateway.control;

import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.control.EtcdWatch.Event;
import io.sluice.gateway.store.EtcdSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
 * then replaced, from the last revision that was applied. A {@link Watchdog} asks the store from
 * time to time what its newest revision is, so that a watch which has gone silent is found out.
 *
 * <p>A list that cannot be the continuation of the tree that is served (another cluster, a lower
 * revision, suddenly no frontend at all) is held back until the operator accepts it; what is held
 * is followed just so, whatever the store does next.
 *
 * <p>Servers whose leases end around an outage of the store are kept for a while, see {@link
 * UnconfirmedServers}.
 *
 * <pre>
 *   Listing ──tree at R──▶ Watching from R + 1
 *      ▲                        │
 *      └── fault (backing off), compacted, drifted, another store ──┘
 * </pre>
 */
public final class EtcdSource implements ConfigSource {
  /** How it follows the store. */
  private sealed interface Phase {
    /** The tree has to be read, not before a moment. */
    record Listing(long notBeforeNanos) implements Phase {}

    /** Events tell what happens. */
    record Watching(EtcdWatch watch) implements Phase {}
  }

  /** What is followed and is not served before the operator accepts it. */
  private record Held(Snapshot tree, String doubt) {}

  private static final Logger LOG = LoggerFactory.getLogger(EtcdSource.class);

  private final EtcdClient client;
  private final Watchdog watchdog;
  private final Backoff backoff = new Backoff();
  private final UnconfirmedServers unconfirmed =
      new UnconfirmedServers(System::nanoTime, UnconfirmedServers.GRACE);
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private volatile SourceStatus status = SourceStatus.initial();
  private Phase phase = new Phase.Listing(System.nanoTime());
  private @Nullable Snapshot served;
  private @Nullable Snapshot told;
  private @Nullable Held held;

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  public EtcdSource(EtcdSettings settings) throws IOException {
    this.client = new EtcdClient(settings);
    this.watchdog = new Watchdog(settings.watchdog());
  }

  @Override
  public void continueFrom(Snapshot kept) {
    served = kept;
    told = kept;
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
  public @Nullable Snapshot await(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (true) {
      if ((unconfirmed.nanosLeft() <= 0 && letGo()) || (untilNextDuty() <= 0 && doDuty())) {
        return tell();
      }
      long left = until - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      if (takeEvents(Math.min(left, Math.min(untilNextDuty(), unconfirmed.nanosLeft())))) {
        return tell();
      }
    }
  }

  /** Nobody has confirmed them in time; true when they were served. */
  private boolean letGo() {
    LOG.warn("servers that have not registered again are gone: {}", unconfirmed.kept());
    if (held != null) {
      held = new Held(held.tree().with(unconfirmed.withoutThem(held.tree().tree())), held.doubt());
    }
    Snapshot before = served;
    if (before != null) {
      served = before.with(unconfirmed.withoutThem(before.tree()));
    }
    sayWhoIsKept();
    return held == null;
  }

  private void sayWhoIsKept() {
    Set<String> kept = unconfirmed.kept();
    if (!status.unconfirmed().equals(kept)) {
      status = status.unconfirmed(kept);
    }
  }

  private @Nullable Snapshot tell() {
    told = served;
    return served;
  }

  /** How long nothing but an event can give reason to act, in nanoseconds. */
  private long untilNextDuty() {
    return switch (phase) {
      case Phase.Listing(long notBeforeNanos) -> notBeforeNanos - System.nanoTime();
      case Phase.Watching watching -> watchdog.nanosLeft();
    };
  }

  /** Lists, or looks whether the watch still tells all; true when the served tree changed. */
  private boolean doDuty() throws InterruptedException {
    try {
      return switch (phase) {
        case Phase.Listing listing -> list();
        case Phase.Watching(EtcdWatch watch) -> {
          check(watch);
          yield false;
        }
      };
    } catch (IOException unreachable) {
      long pause = disconnected(unreachable.getMessage());
      switch (phase) {
        case Phase.Listing listing -> phase = new Phase.Listing(System.nanoTime() + pause);
        case Phase.Watching watching -> watchdog.lookIn(pause);
      }
      return false;
    }
  }

  /** Reads the tree anew; true when the served one changed. */
  private boolean list() throws IOException, InterruptedException {
    Set<String> underLease = new HashSet<>();
    Snapshot listed = client.list(underLease::add);
    connected();
    hintAtAnotherFolder(listed.tree());
    KeyTree before = served == null ? KeyTree.EMPTY : served.tree();
    Snapshot found = listed.with(unconfirmed.listed(before, listed.tree(), underLease));
    sayWhoIsKept();
    String doubt = doubt(found);
    if (!doubt.isEmpty()) {
      if (held == null) {
        LOG.error(
            "the store's tree is held back: {}; what was served before is still served", doubt);
      }
      held = new Held(found, doubt);
      status = status.held(doubt);
      watch();
      return false;
    }
    Snapshot next = serve(found);
    watch();
    return isNews(next);
  }

  /**
   * Whoever comes from Vulcand has the tree under a name without a slash, and sees nothing here.
   */
  private void hintAtAnotherFolder(KeyTree listed) throws InterruptedException {
    if (served == null && listed.values().keySet().stream().allMatch(KeyTree::isOurOwn)) {
      String meant = client.likelyMeant();
      if (!meant.isEmpty()) {
        LOG.warn(
            "found no key of a tree where --etcd-prefix says, but some under {}; to follow those:"
                + " --etcd-prefix {}",
            meant,
            meant.substring(0, meant.length() - 1));
      }
    }
  }

  /**
   * Why the tree must be held back, or empty. A hold ends with the served content or with the
   * operator's word, never by itself.
   */
  private String doubt(Snapshot found) {
    if (served == null) {
      return "";
    }
    if (held != null && !StoreGuard.sameContent(served.tree(), found.tree())) {
      return held.doubt();
    }
    return StoreGuard.doubt(served, found);
  }

  /** From now on this is served. */
  private Snapshot serve(Snapshot found) {
    held = null;
    status = status.held("");
    Snapshot before = served;
    Snapshot now = before == null ? found : found.with(before.tree().become(found.tree()));
    served = now;
    return now;
  }

  /** Whether there is something to tell, if only a revision. */
  private boolean isNews(Snapshot now) {
    return told == null || !now.saysNoMoreThan(told);
  }

  /** The tree that events are about: the one that is held back, or else the served one. */
  private Snapshot followed() {
    if (held != null) {
      return held.tree();
    }
    if (served == null) {
      throw new IllegalStateException("followed before it was listed");
    }
    return served;
  }

  private void watch() {
    long from = followed().tree().revision() + 1;
    watchdog.begin();
    phase = new Phase.Watching(new EtcdWatch(client, from, events));
    LOG.debug("watching from revision {}", from);
  }

  /** Ends the watch; the tree is read anew after a pause. */
  private void listAgainIn(EtcdWatch watch, long pauseNanos) {
    watch.close();
    phase = new Phase.Listing(System.nanoTime() + pauseNanos);
  }

  /** Waits for an event and takes all that are there; true when the served tree changed. */
  private boolean takeEvents(long nanos) throws InterruptedException {
    boolean changed = false;
    Event event = events.poll(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    while (event != null) {
      changed |= take(event);
      event = events.poll();
    }
    return changed;
  }

  private boolean take(Event event) {
    return switch (event) {
      case Event.Response(EtcdWatch watch, WatchResponse response) ->
          isCurrent(watch) && apply(watch, response);
      case Event.Ended(EtcdWatch watch, String why) -> {
        if (isCurrent(watch)) {
          listAgainIn(watch, disconnected(why));
        }
        yield false;
      }
      case Event.Accepted() -> held != null && accept(held.tree());
    };
  }

  private boolean isCurrent(EtcdWatch watch) {
    return phase instanceof Phase.Watching(EtcdWatch current) && current == watch;
  }

  /** The watch is about this very tree, so it simply goes on. */
  private boolean accept(Snapshot tree) {
    LOG.warn("the operator accepts the store's tree at revision {}", tree.tree().revision());
    serve(tree);
    return true;
  }

  /** Applies a whole response: a revision is never split. The position moves with events only. */
  private boolean apply(EtcdWatch watch, WatchResponse response) {
    connected();
    Snapshot now = followed();
    long revision = response.getHeader().getRevision();
    if (response.getHeader().getClusterId() != now.clusterId()) {
      LOG.warn("the watch answers for another cluster");
      listAgainIn(watch, 0);
      return false;
    }
    if (response.getEvents().isEmpty()) {
      if (revision < now.tree().revision()) {
        LOG.warn("the store is at revision {}, before {}", revision, now.tree().revision());
        listAgainIn(watch, 0);
      }
      return false;
    }
    healthy();
    boolean changed = false;
    KeyTree.Editor next = now.tree().edit();
    for (WatchEvent event : response.getEvents()) {
      String key = client.relative(event.getKeyValue().getKey());
      // What gateways and rollouts write of themselves must not make every gateway write again.
      changed |= KeyTree.isServed(key) || GatewayStatus.isDrainKey(key);
      switch (event.getEventType()) {
        case PUT -> {
          next.put(key, event.getKeyValue().getValue().getBytes());
          unconfirmed.put(key, event.getKeyValue().getLease() != 0);
        }
        case DELETE -> {
          if (!unconfirmed.keeps(key)) {
            next.remove(key);
          }
        }
        case UNRECOGNIZED -> listAgainIn(watch, 0);
      }
      next.revision(event.getKeyValue().getModRevision());
    }
    sayWhoIsKept();
    Snapshot after = now.with(next.done());
    if (held != null) {
      held = new Held(after, held.doubt());
      return false;
    }
    served = after;
    return changed;
  }

  /** Compares the store with what the watch has told; starts over where it has missed something. */
  private void check(EtcdWatch watch) throws IOException, InterruptedException {
    EtcdClient.Position store = client.position();
    switch (watchdog.compare(store, followed(), unconfirmed.kept().size())) {
      case AGREES -> healthy();
      case PERHAPS_LATE -> LOG.debug("the store is at {}", store);
      case MISSED -> {
        LOG.warn(
            "the watch has missed something: the store is at {}, the tree at {}",
            store,
            followed().tree().revision());
        status = status.drifted();
        listAgainIn(watch, 0);
      }
    }
  }

  /**
   * A list alone proves little: only a watch that tells something, or a tree that agrees, ends the
   * backing off.
   */
  private void healthy() {
    backoff.reset();
    connected();
  }

  private void connected() {
    unconfirmed.storeIsBack();
    if (!status.connected()) {
      LOG.info("the store is connected");
    }
    status = status.connected(true, "");
  }

  /** How long to pause, in nanoseconds. */
  private long disconnected(@Nullable String why) {
    unconfirmed.storeIsAway();
    if (status.connected() || !status.detail().equals(String.valueOf(why))) {
      LOG.warn("the store is not reachable: {}", why);
    }
    status = status.connected(false, String.valueOf(why));
    return backoff.nextNanos();
  }

  @Override
  public void close() {
    if (phase instanceof Phase.Watching(EtcdWatch watch)) {
      watch.close();
    }
    client.close();
  }
}
