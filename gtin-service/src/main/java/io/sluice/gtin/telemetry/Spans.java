package io.sluice.gtin.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Spans of requests, which go to a collector by OTLP over HTTP. Whoever sends a request decides
 * whether it is recorded ({@code traceparent}, W3C Trace Context); where he does not say, a share
 * is. What is not recorded costs nothing. Any thread.
 */
public final class Spans implements AutoCloseable {
  /** Nothing is recorded. */
  public static final Spans OFF = new Spans(null, 0);

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String PATH = "/v1/traces";
  private static final int MOST_CHARACTERS = 256;
  private static final Pattern PARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;
  private final double share;

  private Spans(@Nullable SdkTracerProvider provider, double share) {
    this.provider = provider;
    this.tracer = provider == null ? null : provider.get("io.sluice.gtin");
    this.share = share;
  }

  /**
   * Spans that go to a collector.
   *
   * @param collector its address; without a path it is asked at {@code /v1/traces}
   * @param share of the requests whose sender does not say, from 0 to 1
   * @param service the name of this one
   */
  public static Spans to(URI collector, double share, String service) {
    boolean bare = collector.getPath().isEmpty() || collector.getPath().equals("/");
    Resource self =
        Resource.create(
            Attributes.builder()
                .put("service.name", "gtin-service")
                .put("service.instance.id", service)
                .build());
    return new Spans(
        SdkTracerProvider.builder()
            .setResource(self)
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder()
                            .setEndpoint(
                                bare ? collector.resolve(PATH).toString() : collector.toString())
                            .setTimeout(PATIENCE)
                            .setConnectTimeout(PATIENCE)
                            .setCompression("gzip")
                            .build())
                    .setScheduleDelay(Duration.ofSeconds(1))
                    .build())
            // What is asked for a span here is recorded: that was decided before.
            .setSampler(Sampler.alwaysOn())
            .setSpanLimits(SpanLimits.builder().setMaxAttributeValueLength(MOST_CHARACTERS).build())
            .build(),
        share);
  }

  /** The id of the trace that a request belongs to; empty where it says none. */
  public static String traceId(@Nullable String traceparent) {
    Matcher parent = PARENT.matcher(traceparent == null ? "" : traceparent);
    return parent.matches() ? parent.group(1) : "";
  }

  /**
   * The span of a request that is recorded; null for every other one.
   *
   * @param traceparent as it came
   */
  public @Nullable Span begin(String method, String path, @Nullable String traceparent) {
    if (tracer == null) {
      return null;
    }
    Matcher said = PARENT.matcher(traceparent == null ? "" : traceparent);
    Context context = Context.root();
    if (said.matches()) {
      TraceFlags flags = TraceFlags.fromHex(said.group(3), 0);
      if (!flags.isSampled()) {
        return null;
      }
      context =
          context.with(
              Span.wrap(
                  SpanContext.createFromRemoteParent(
                      said.group(1), said.group(2), flags, TraceState.getDefault())));
    } else if (ThreadLocalRandom.current().nextDouble() >= share) {
      return null;
    }
    return tracer
        .spanBuilder(method.toUpperCase(Locale.ROOT))
        .setParent(context)
        .setSpanKind(SpanKind.SERVER)
        .setAttribute("http.request.method", method)
        .setAttribute("url.path", path)
        .startSpan();
  }

  /** Ends a span (OpenTelemetry, "Semantic conventions for HTTP spans"). */
  public static void end(Span span, String method, String route, int status) {
    span.updateName(method + " " + route);
    span.setAttribute("http.route", route);
    span.setAttribute("http.response.status_code", status);
    if (status >= 500) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  /** Sends what there is, for some seconds. */
  @Override
  public void close() {
    if (provider != null) {
      provider.close();
    }
  }
}
