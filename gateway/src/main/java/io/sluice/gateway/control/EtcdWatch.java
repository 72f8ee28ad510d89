package io.sluice.gateway.control;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.Queue;

/** One watch, from its creation to its first fault, which tells all that happens to a queue. */
final class EtcdWatch implements Watch.Listener {
  /** What jetcd's thread tells the control thread. */
  sealed interface Event {
    /** A response of this watch. */
    record Response(EtcdWatch watch, WatchResponse response) implements Event {}

    /** This watch has ended. */
    record Ended(EtcdWatch watch, String why) implements Event {}

    /** The operator accepts the tree that is held. */
    record Accepted() implements Event {}
  }

  private final Queue<Event> events;
  private final Watch.Watcher watcher;

  EtcdWatch(EtcdClient client, long fromRevision, Queue<Event> events) {
    this.events = events;
    this.watcher = client.watch(fromRevision, this);
  }

  @Override
  public void onNext(WatchResponse response) {
    events.add(new Event.Response(this, response));
  }

  @Override
  public void onError(Throwable fault) {
    events.add(new Event.Ended(this, "the watch failed: " + fault.getMessage()));
  }

  @Override
  public void onCompleted() {
    events.add(new Event.Ended(this, "the watch was ended by the store"));
  }

  void close() {
    watcher.close();
  }
}
