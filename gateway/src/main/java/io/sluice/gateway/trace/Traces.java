package io.sluice.gateway.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.sluice.gateway.http.Fields;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which exchanges are recorded, and where their spans go. Whoever sends a request decides for it;
 * where he does not say, a share is taken. What is not recorded costs nothing. Any thread.
 */
public final class Traces implements AutoCloseable {
  /** Nothing is recorded. */
  public static final Traces OFF = new Traces(null, null, 0);

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String PATH = "/v1/traces";

  /** Of a text of the client's. */
  private static final int MOST_CHARACTERS = 256;

  private final @Nullable SpanQueue queue;
  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;
  private final double share;

  private Traces(@Nullable SpanQueue queue, @Nullable SdkTracerProvider provider, double share) {
    this.queue = queue;
    this.provider = provider;
    this.tracer = provider == null ? null : provider.get("io.sluice.gateway");
    this.share = share;
  }

  /**
   * Spans that go to a collector by OTLP over HTTP.
   *
   * @param collector its address; without a path it is asked at {@code /v1/traces}
   * @param share of the requests whose sender does not say, from 0 to 1
   * @param gateway the name of this one
   */
  public static Traces to(URI collector, double share, String gateway) {
    boolean bare = collector.getPath().isEmpty() || collector.getPath().equals("/");
    String url = bare ? collector.resolve(PATH).toString() : collector.toString();
    SpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(url)
            .setTimeout(PATIENCE)
            .setConnectTimeout(PATIENCE)
            .setCompression("gzip")
            .build();
    SpanQueue queue = new SpanQueue(exporter);
    Resource self =
        Resource.create(
            Attributes.builder()
                .put("service.name", "sluice")
                .put("service.instance.id", gateway)
                .build());
    return new Traces(
        queue,
        SdkTracerProvider.builder()
            .setResource(self)
            .addSpanProcessor(queue)
            // What is asked for a span here is recorded: that was decided before.
            .setSampler(Sampler.alwaysOn())
            .setSpanLimits(SpanLimits.builder().setMaxAttributeValueLength(MOST_CHARACTERS).build())
            .build(),
        share);
  }

  /**
   * The span of an exchange that is recorded; null for every other one.
   *
   * @param fields of the request
   * @param routes the share that its route wants; below 0 where it does not say
   * @param elapsedNanos since it began
   */
  public @Nullable ExchangeSpan begin(Fields fields, double routes, long elapsedNanos) {
    if (tracer == null) {
      return null;
    }
    TraceParents.Said said = TraceParents.of(fields);
    Boolean sampled = said.sampled();
    boolean recorded =
        sampled == null
            ? ThreadLocalRandom.current().nextDouble() < (routes < 0 ? share : routes)
            : sampled;
    return recorded ? begin(tracer, said.parent(), elapsedNanos) : null;
  }

  private static ExchangeSpan begin(Tracer tracer, SpanContext parent, long elapsedNanos) {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    Context context = parent.isValid() ? Context.root().with(Span.wrap(parent)) : Context.root();
    Span span =
        tracer
            .spanBuilder("HTTP")
            .setParent(context)
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(now - elapsedNanos, TimeUnit.NANOSECONDS)
            .startSpan();
    return new ExchangeSpan(tracer, span);
  }

  /** How many spans have ended. */
  public long spans() {
    return queue == null ? 0 : queue.ended();
  }

  /** How many of them the collector did not get. */
  public long lost() {
    return queue == null ? 0 : queue.lost();
  }

  /** Sends what there is, for some seconds. */
  @Override
  public void close() {
    if (provider != null) {
      provider.close();
    }
  }
}
