package io.sluice.gateway.trace;

import io.netty.util.AsciiString;
import io.opentelemetry.api.trace.Span;
import io.sluice.gateway.http.Fields;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request that is sent besides an exchange, for a stage of it: below the exchange's span, which
 * it may outlive. Any thread.
 */
public final class SideSpan {
  /** One that is not recorded. */
  public static final SideSpan NONE = new SideSpan(null);

  private final @Nullable Span span;
  private final AtomicBoolean ended = new AtomicBoolean();

  SideSpan(@Nullable Span span) {
    this.span = span;
  }

  /** Whoever is asked is told which span it comes from. */
  public void tell(Fields fields) {
    if (span != null) {
      TraceParents.set(fields, span.getSpanContext());
    }
  }

  /** The same as the value of {@code traceparent}; empty where it is not recorded. */
  public String traceParent() {
    Fields fields = new Fields();
    tell(fields);
    AsciiString told = fields.first(TraceParents.TRACEPARENT);
    return told == null ? "" : told.toString();
  }

  /**
   * It is answered, or given up; only the first word counts.
   *
   * @param status of the answer; 0 for none
   * @param error why there is none; empty where there is one
   */
  public void end(int status, String error) {
    if (span != null && ended.compareAndSet(false, true)) {
      ExchangeSpan.end(span, status, error, status >= ExchangeSpan.ERRORS || !error.isEmpty());
    }
  }
}
