package io.sluice.gateway.rollout;

import io.sluice.gateway.fleet.Traffic;
import java.util.HashMap;
import java.util.Map;

/**
 * What all gateways together have counted of a backend's exchanges since a {@link Window} began.
 * One thread.
 */
final class Tally {
  private final String frontend;
  private final String backend;
  private final Map<String, Traffic> last = new HashMap<>();
  private final Traffic sum = new Traffic();

  /**
   * @param frontend the only one whose exchanges count; empty for all
   */
  Tally(String frontend, String backend) {
    this.frontend = frontend;
    this.backend = backend;
  }

  /** What a gateway has counted before does not count. */
  void begin(String gateway, String metrics) {
    last.put(gateway, Traffic.read(metrics, frontend, backend));
  }

  /**
   * Adds what a gateway has counted since the last look. A gateway seen for the first time has
   * counted since an unknown moment, so its first numbers are only a starting point.
   */
  void add(String gateway, String metrics) {
    Traffic now = Traffic.read(metrics, frontend, backend);
    Traffic before = last.put(gateway, now);
    if (before != null) {
      sum.add(now, before);
    }
  }

  Traffic sum() {
    return sum;
  }
}
