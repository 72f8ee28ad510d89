package io.sluice.gateway.upstream;

/** How many of a backend's endpoints are ejected, and may be. Any thread. */
final class EjectionCap {
  private int endpoints;
  private int ejected;

  synchronized void endpoints(int count) {
    endpoints = count;
  }

  /** Takes a place among the ejected, if there is one: at least one endpoint stays. */
  synchronized boolean mayEject(int percent) {
    int most = Math.min(endpoints - 1, Math.max(1, endpoints * percent / 100));
    if (percent == 0 || ejected >= most) {
      return false;
    }
    ejected++;
    return true;
  }

  synchronized void left() {
    ejected--;
  }
}
