package io.sluice.gateway.telemetry;

import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * Which recorded exchange the measurement of this moment is of: what leads from a bucket of a
 * histogram to a trace (OpenMetrics, "Exemplars"). By thread.
 */
final class Exemplars implements SpanContext {
  /** A span of a trace. */
  private record Recorded(String traceId, String spanId) {}

  private static final ThreadLocal<@Nullable Recorded> CURRENT = new ThreadLocal<>();

  /** Runs what measures an exchange that is recorded. */
  void of(String traceId, String spanId, Runnable measuring) {
    CURRENT.set(new Recorded(traceId, spanId));
    try {
      measuring.run();
    } finally {
      CURRENT.remove();
    }
  }

  @Override
  public @Nullable String getCurrentTraceId() {
    Recorded now = CURRENT.get();
    return now == null ? null : now.traceId();
  }

  @Override
  public @Nullable String getCurrentSpanId() {
    Recorded now = CURRENT.get();
    return now == null ? null : now.spanId();
  }

  @Override
  public boolean isCurrentSpanSampled() {
    return CURRENT.get() != null;
  }

  @Override
  public void markCurrentSpanAsExemplar() {
    // It is recorded already.
  }
}
