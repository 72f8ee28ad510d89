package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.gateway.memory.Bounded;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of the requests that came to one stage of a frontend. Any thread. */
public final class StageMeters {
  private final MeterRegistry registry;
  private final String frontend;
  private final String stage;
  private final LongAdder passed;

  @Bounded("by the reasons that there are")
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();

  @Bounded("three outcomes")
  private final Map<String, LongAdder> besides = new ConcurrentHashMap<>();

  StageMeters(MeterRegistry registry, String frontend, String stage) {
    this.registry = registry;
    this.frontend = frontend;
    this.stage = stage;
    this.passed = counter("passed");
  }

  /** It let one go on. */
  public void passed() {
    passed.increment();
  }

  /** It answered one itself. */
  public void refused(String reason) {
    refused.computeIfAbsent(reason, this::counter).increment();
  }

  /** A request that it sends besides (a copy, or for a page) has ended so. */
  public void besides(String outcome) {
    besides.computeIfAbsent(outcome, this::besideCounter).increment();
  }

  private LongAdder besideCounter(String outcome) {
    LongAdder count = new LongAdder();
    FunctionCounter.builder("sluice_stage_side_requests", count, LongAdder::sum)
        .description(
            "Requests that a stage sent besides, by what became of them: answered, failed, dropped")
        .tags("frontend", frontend, "stage", stage, "outcome", outcome)
        .register(registry);
    return count;
  }

  private LongAdder counter(String outcome) {
    LongAdder count = new LongAdder();
    FunctionCounter.builder("sluice_stage_requests", count, LongAdder::sum)
        .description("Requests that came to a stage, by what became of them: passed, or a reason")
        .tags("frontend", frontend, "stage", stage, "outcome", outcome)
        .register(registry);
    return count;
  }
}
