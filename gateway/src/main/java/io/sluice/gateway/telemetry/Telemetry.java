package io.sluice.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gateway.memory.Bounded;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** The gateway's meters: one registry, named {@code sluice_<noun>_<unit>}. Any thread. */
public final class Telemetry implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Bounded("by the frontends that are written")
  private final Map<String, FrontendMeters> frontends = new ConcurrentHashMap<>();

  @Bounded("by the reasons that there are")
  private final Map<String, Counter> retried = new ConcurrentHashMap<>();

  @Bounded("by the reasons that there are")
  private final Map<String, Counter> rejected = new ConcurrentHashMap<>();

  private final JvmGcMetrics gc = new JvmGcMetrics();

  public Telemetry() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    // Prometheus wants neither nanoseconds nor names that end in "count".
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** The meters of a frontend; the empty id stands for requests that found none. */
  public FrontendMeters frontend(String id) {
    return frontends.computeIfAbsent(id, i -> new FrontendMeters(registry, i));
  }

  /** Counts an exchange that did not go the ordinary way. */
  public void rejected(String reason) {
    rejected
        .computeIfAbsent(
            reason,
            r ->
                Counter.builder("sluice_rejected")
                    .description("Exchanges that were refused or failed, by reason")
                    .tag("reason", r)
                    .register(registry))
        .increment();
  }

  /** Counts another attempt, or one that was denied, by what led to it. */
  public void retried(String reason) {
    retried
        .computeIfAbsent(
            reason,
            r ->
                Counter.builder("sluice_retries")
                    .description("Further attempts, by what led to them")
                    .tag("reason", r)
                    .register(registry))
        .increment();
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

  /** A count that begins at 0; running what is returned adds one. */
  public Runnable counter(String name, String description) {
    Counter counter = Counter.builder(name).description(description).register(registry);
    return counter::increment;
  }

  /** Publishes a number that is looked up at every scrape. */
  public <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** The same for one of several that differ in a label. */
  public <T> void gauge(
      String name,
      String description,
      String label,
      String labelValue,
      T source,
      ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value)
        .description(description)
        .tag(label, labelValue)
        .strongReference(true)
        .register(registry);
  }

  /** A label of a meter. */
  public record Label(String name, String value) {}

  /**
   * Publishes a number that is looked up at every scrape, until what is returned is run.
   *
   * @param source kept until then
   */
  public <T> Runnable gauge(
      String name, String description, List<Label> labels, T source, ToDoubleFunction<T> value) {
    return remover(
        Gauge.builder(name, source, value)
            .description(description)
            .tags(tags(labels))
            .strongReference(true)
            .register(registry));
  }

  /** The same for a count, which only grows. */
  public <T> Runnable counted(
      String name, String description, List<Label> labels, T source, ToDoubleFunction<T> value) {
    return remover(
        FunctionCounter.builder(name, source, value)
            .description(description)
            .tags(tags(labels))
            .register(registry));
  }

  private static Tags tags(List<Label> labels) {
    return Tags.of(labels.stream().map(each -> Tag.of(each.name(), each.value())).toList());
  }

  private Runnable remover(Meter meter) {
    return () -> registry.remove(meter);
  }

  /**
   * Numbers that come and go, one for each value of a label. What is returned takes all that there
   * are from then on.
   */
  public Consumer<Map<String, Double>> gauges(String name, String description, String label) {
    MultiGauge gauges = MultiGauge.builder(name).description(description).register(registry);
    return values ->
        gauges.register(
            values.entrySet().stream()
                .map(each -> MultiGauge.Row.of(Tags.of(label, each.getKey()), each.getValue()))
                .toList(),
            true);
  }

  /** Everything in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
