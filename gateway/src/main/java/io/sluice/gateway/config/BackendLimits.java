package io.sluice.gateway.config;

import java.time.Duration;

/**
 * How much a backend takes at once: {@code Settings.Limits} of a backend.
 *
 * @param maxRequests exchanges under way; 0 for any
 * @param maxQueue how many may wait for a place
 * @param queueTimeout how long one waits
 * @param retryPercent retries for a hundred requests, beside three each second
 * @param limitsOperators whether that also holds for what a predicate of the operator's own wants
 */
public record BackendLimits(
    int maxRequests,
    int maxQueue,
    Duration queueTimeout,
    int retryPercent,
    boolean limitsOperators) {
  /** What holds where nothing is written. */
  public static final BackendLimits DEFAULT =
      new BackendLimits(0, 1024, Duration.ofSeconds(5), 20, false);

  static BackendLimits read(JsonRecord limits) throws JsonRecord.BadValue {
    BackendLimits read =
        new BackendLimits(
            (int) limits.integer("MaxRequests", DEFAULT.maxRequests, 0, 10_000_000),
            (int) limits.integer("MaxQueue", DEFAULT.maxQueue, 0, 1_000_000),
            limits.duration("QueueTimeout", DEFAULT.queueTimeout),
            (int) limits.integer("RetryPercent", DEFAULT.retryPercent, 0, 100),
            limits.has("RetryPercent"));
    limits.close();
    return read;
  }
}
