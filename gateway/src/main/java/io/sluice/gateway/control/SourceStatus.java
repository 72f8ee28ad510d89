package io.sluice.gateway.control;

import io.sluice.gateway.config.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How it stands with a configuration source.
 *
 * @param connected whether it can be asked now
 * @param since since when that is so
 * @param detail what is wrong, or empty
 * @param held why the tree that the source has now is not served until the operator accepts it, or
 *     empty
 * @param unconfirmed the keys of servers whose leases ended around an outage of the store, and
 *     which are kept for a while
 * @param drifts how often the source was found to differ from what its events said
 */
public record SourceStatus(
    boolean connected,
    Instant since,
    String detail,
    String held,
    long drifts,
    Set<String> unconfirmed) {
  private static final String WHERE = "the store";

  /** A store that is away for less than this is nothing that an operator can do something about. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What keeps the gateway from following the source, and what ends it. */
  List<Problem> problems(Instant now) {
    List<Problem> problems = new ArrayList<>();
    if (!held.isEmpty()) {
      problems.add(
          Problem.advice(
              Problem.Level.ERROR,
              WHERE,
              "its tree is held back, and the one before is served: "
                  + held
                  + "; where it is the right one, sluice accept takes it"));
    }
    if (held.isEmpty() && !connected && now.isAfter(since.plus(PATIENCE))) {
      problems.add(
          Problem.advice(
              Problem.Level.WARNING,
              WHERE,
              "it does not answer since "
                  + since
                  + ", and what was read last is served: "
                  + detail));
    }
    if (!unconfirmed.isEmpty()) {
      problems.add(
          Problem.advice(
              Problem.Level.WARNING,
              WHERE,
              "it was away, and the leases of servers have ended, which are kept until they had"
                  + " time to register again"));
    }
    return problems;
  }

  SourceStatus connected(boolean now, String newDetail) {
    return new SourceStatus(
        now, now == connected ? since : Instant.now(), newDetail, held, drifts, unconfirmed);
  }

  SourceStatus held(String why) {
    return new SourceStatus(connected, since, detail, why, drifts, unconfirmed);
  }

  SourceStatus drifted() {
    return new SourceStatus(connected, since, detail, held, drifts + 1, unconfirmed);
  }

  SourceStatus unconfirmed(Set<String> servers) {
    return new SourceStatus(connected, since, detail, held, drifts, servers);
  }

  static SourceStatus initial() {
    return new SourceStatus(false, Instant.now(), "not asked yet", "", 0, Set.of());
  }
}
