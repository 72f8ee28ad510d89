package io.sluice.gateway.telemetry;

import io.sluice.gateway.memory.Bounded;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of the requests that came to one stage of a frontend. Any thread. */
public final class StageMeters {
  private final Telemetry telemetry;
  private final String frontend;
  private final String stage;
  private final LongAdder passed;

  @Bounded("by the reasons that there are")
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();

  @Bounded("three outcomes")
  private final Map<String, LongAdder> besides = new ConcurrentHashMap<>();

  StageMeters(Telemetry telemetry, String frontend, String stage) {
    this.telemetry = telemetry;
    this.frontend = frontend;
    this.stage = stage;
    this.passed = counter(Metric.STAGE_REQUESTS, "passed");
  }

  /** It let one go on. */
  public void passed() {
    passed.increment();
  }

  /** It answered one itself. */
  public void refused(String reason) {
    refused.computeIfAbsent(reason, o -> counter(Metric.STAGE_REQUESTS, o)).increment();
  }

  /** A request that it sends besides (a copy, or for a page) has ended so. */
  public void besides(String outcome) {
    besides.computeIfAbsent(outcome, o -> counter(Metric.STAGE_SIDE_REQUESTS, o)).increment();
  }

  private LongAdder counter(Metric metric, String outcome) {
    LongAdder count = new LongAdder();
    telemetry.counted(metric, count, LongAdder::sum, frontend, stage, outcome);
    return count;
  }
}
