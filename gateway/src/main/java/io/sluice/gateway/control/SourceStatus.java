package io.sluice.gateway.control;

import java.time.Instant;

/**
 * How it stands with a configuration source.
 *
 * @param connected whether it can be asked now
 * @param since since when that is so
 * @param detail what is wrong, or empty
 * @param held why the tree that the source has now is not served until the operator accepts it, or
 *     empty
 * @param drifts how often the source was found to differ from what its events said
 */
public record SourceStatus(
    boolean connected, Instant since, String detail, String held, long drifts) {
  SourceStatus connected(boolean now, String newDetail) {
    return new SourceStatus(now, now == connected ? since : Instant.now(), newDetail, held, drifts);
  }

  SourceStatus held(String why) {
    return new SourceStatus(connected, since, detail, why, drifts);
  }

  SourceStatus drifted() {
    return new SourceStatus(connected, since, detail, held, drifts + 1);
  }

  static SourceStatus initial() {
    return new SourceStatus(false, Instant.now(), "not asked yet", "", 0);
  }
}
