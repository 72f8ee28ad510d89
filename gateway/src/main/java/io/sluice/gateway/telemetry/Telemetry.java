package io.sluice.gateway.telemetry;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.gateway.memory.Bounded;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The gateway's meters: one registry, named {@code sluice_<noun>_<unit>}. Any thread. */
public final class Telemetry implements AutoCloseable {
  /** The type of a page of metrics with exemplars (OpenMetrics 1.0). */
  public static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private static final Duration[] BOUNDARIES =
      java.util.stream.LongStream.of(
              500,
              1_000,
              2_500,
              5_000,
              10_000,
              25_000,
              50_000,
              100_000,
              250_000,
              500_000,
              1_000_000,
              5_000_000,
              30_000_000)
          .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
          .toArray(Duration[]::new);

  private final Exemplars exemplars = new Exemplars();
  private final MeterRegistry registry;

  @Bounded("by the frontends that are written")
  private final Map<String, FrontendMeters> frontends = new ConcurrentHashMap<>();

  @Bounded("by the listeners that there have been")
  private final Map<String, ListenerMeters> listeners = new ConcurrentHashMap<>();

  @Bounded("by the reasons that there are")
  private final Map<String, Counter> retried = new ConcurrentHashMap<>();

  @Bounded("by the reasons that there are")
  private final Map<String, Counter> rejected = new ConcurrentHashMap<>();

  private @Nullable JvmGcMetrics gc;

  /** One whose measurements lead to no traces. */
  public Telemetry() {
    this(false);
  }

  /**
   * @param withTraces whether some exchanges are recorded, to which measurements lead
   */
  public Telemetry(boolean withTraces) {
    this.registry =
        withTraces
            ? new PrometheusMeterRegistry(
                PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, exemplars)
            : new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    // Prometheus wants neither nanoseconds nor names that end in "count".
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
  }

  private Telemetry(MeterRegistry registry) {
    this.registry = registry;
  }

  /** One that keeps nothing, for those who compile a table and serve nobody. */
  public static Telemetry unpublished() {
    return new Telemetry(new CompositeMeterRegistry());
  }

  /** Publishes the JVM's own numbers, too, as a process that lives long does. */
  @CanIgnoreReturnValue
  public Telemetry withJvm() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc = new JvmGcMetrics();
    gc.bindTo(registry);
    return this;
  }

  /** The meters of a frontend; the empty id stands for requests that found none. */
  public FrontendMeters frontend(String id) {
    return frontends.computeIfAbsent(id, i -> new FrontendMeters(this, i));
  }

  /** The meters of a listener; the empty id stands for requests that came through none. */
  public ListenerMeters listener(String id) {
    return listeners.computeIfAbsent(id, i -> new ListenerMeters(this, i));
  }

  /** Counts an exchange that did not go the ordinary way. */
  public void rejected(String reason) {
    rejected.computeIfAbsent(reason, r -> counter(Metric.REJECTED, r)).increment();
  }

  /** Counts another attempt, or one that was denied, by what led to it. */
  public void retried(String reason) {
    retried.computeIfAbsent(reason, r -> counter(Metric.RETRIES, r)).increment();
  }

  /** Forgets the meters of frontends that are gone. */
  public void forgetFrontends(Set<String> ids) {
    if (frontends.keySet().removeAll(ids)) {
      for (Meter meter : registry.getMeters()) {
        String frontend = meter.getId().getTag("frontend");
        if (frontend != null && ids.contains(frontend)) {
          registry.remove(meter);
        }
      }
    }
  }

  /** One that counts itself. */
  Counter counter(Metric metric, String... values) {
    return Counter.builder(metric.meter())
        .description(metric.help())
        .tags(metric.tags(values))
        .register(registry);
  }

  Timer timer(Metric metric, String... values) {
    return Timer.builder(metric.meter())
        .description(metric.help())
        .tags(metric.tags(values))
        .serviceLevelObjectives(BOUNDARIES)
        .register(registry);
  }

  /** A count that begins at 0; running what is returned adds one. */
  public Runnable counter(Metric metric) {
    Counter counter = counter(metric, new String[0]);
    return counter::increment;
  }

  /**
   * Publishes a number that is looked up at every scrape, until what is returned is run.
   *
   * @param source kept until then
   * @param values of the metric's labels
   */
  @CanIgnoreReturnValue
  public <T> Runnable gauge(Metric metric, T source, ToDoubleFunction<T> value, String... values) {
    return remover(
        Gauge.builder(metric.meter(), source, value)
            .description(metric.help())
            .tags(metric.tags(values))
            .strongReference(true)
            .register(registry));
  }

  /** The same for a count that somebody else keeps, and that only grows. */
  @CanIgnoreReturnValue
  public <T> Runnable counted(
      Metric metric, T source, ToDoubleFunction<T> value, String... values) {
    return remover(
        FunctionCounter.builder(metric.meter(), source, value)
            .description(metric.help())
            .tags(metric.tags(values))
            .register(registry));
  }

  private Runnable remover(Meter meter) {
    return () -> registry.remove(meter);
  }

  /**
   * Numbers that come and go, one for each value of the metric's only label. What is returned takes
   * all that there are from then on.
   */
  public Consumer<Map<String, Double>> gauges(Metric metric) {
    MultiGauge gauges =
        MultiGauge.builder(metric.meter()).description(metric.help()).register(registry);
    return values ->
        gauges.register(
            values.entrySet().stream()
                .map(each -> MultiGauge.Row.of(metric.tags(each.getKey()), each.getValue()))
                .toList(),
            true);
  }

  /** Runs what measures an exchange that is recorded. */
  public void measured(String traceId, String spanId, Runnable measuring) {
    exemplars.of(traceId, spanId, measuring);
  }

  /** The same as {@link #OPEN_METRICS}. */
  public String openMetrics() {
    return published().scrape(OPEN_METRICS);
  }

  /** Everything in Prometheus' text format. */
  public String scrape() {
    return published().scrape();
  }

  private PrometheusMeterRegistry published() {
    if (registry instanceof PrometheusMeterRegistry published) {
      return published;
    }
    throw new IllegalStateException("nothing is kept that could be told");
  }

  @Override
  public void close() {
    if (gc != null) {
      gc.close();
    }
    registry.close();
  }
}
