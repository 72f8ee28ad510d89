package io.sluice.gateway.client;

/** The streams of a connection that this side reset last: frames for them may be on their way. */
final class RecentResets {
  private final int[] ids = new int[128];
  private int next;

  void add(int id) {
    ids[next++ % ids.length] = id;
  }

  boolean contains(int id) {
    for (int reset : ids) {
      if (reset == id) {
        return true;
      }
    }
    return false;
  }
}
