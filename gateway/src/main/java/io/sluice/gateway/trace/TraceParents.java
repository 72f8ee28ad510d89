package io.sluice.gateway.trace;

import io.netty.util.AsciiString;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.sluice.gateway.http.Fields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a request says which span it comes from, and how a server is told: {@code traceparent} (W3C
 * Trace Context section 3.2), {@code b3} and {@code X-B3-…} (B3 Propagation). Where a request has
 * several, the first of these counts.
 */
final class TraceParents {
  static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  private static final AsciiString B3 = AsciiString.cached("b3");
  private static final AsciiString B3_TRACE = AsciiString.cached("x-b3-traceid");
  private static final AsciiString B3_SPAN = AsciiString.cached("x-b3-spanid");
  private static final AsciiString B3_PARENT = AsciiString.cached("x-b3-parentspanid");
  private static final AsciiString B3_SAMPLED = AsciiString.cached("x-b3-sampled");
  private static final AsciiString B3_FLAGS = AsciiString.cached("x-b3-flags");
  private static final int TRACE_CHARS = 32;
  private static final int SPAN_CHARS = 16;

  private TraceParents() {}

  /**
   * What a request says.
   *
   * @param parent the span it comes from; not valid where it names none
   * @param sampled whether that is recorded; null where it does not say
   */
  record Said(SpanContext parent, @Nullable Boolean sampled) {
    static final Said NOTHING = new Said(SpanContext.getInvalid(), null);
  }

  static Said of(Fields fields) {
    AsciiString w3c = fields.first(TRACEPARENT);
    if (w3c != null) {
      Said said = w3c(w3c.toString());
      if (said != Said.NOTHING) {
        return said;
      }
    }
    AsciiString single = fields.first(B3);
    if (single != null) {
      return b3(single.toString());
    }
    AsciiString trace = fields.first(B3_TRACE);
    AsciiString sampled = fields.first(B3_SAMPLED);
    AsciiString flags = fields.first(B3_FLAGS);
    if (trace == null && sampled == null && flags == null) {
      return Said.NOTHING;
    }
    AsciiString span = fields.first(B3_SPAN);
    boolean debug = flags != null && flags.contentEquals("1");
    return said(
        trace == null ? "" : trace.toString(),
        span == null ? "" : span.toString(),
        debug ? "d" : sampled == null ? "" : sampled.toString());
  }

  private static Said w3c(String text) {
    // A later version may have more after the flags, and the first none.
    List<String> parts = List.of(text.split("-", -1));
    boolean known =
        parts.size() >= 4
            && parts.get(0).matches("[0-9a-f]{2}")
            && !parts.get(0).equals("ff")
            && parts.get(3).matches("[0-9a-f]{2}")
            && (parts.size() == 4 || !parts.get(0).equals("00"))
            && isTrace(parts.get(1))
            && isSpan(parts.get(2));
    if (!known) {
      return Said.NOTHING;
    }
    boolean sampled = (Integer.parseInt(parts.get(3), 16) & 1) == 1;
    return new Said(context(parts.get(1), parts.get(2), sampled), sampled);
  }

  private static Said b3(String text) {
    List<String> parts = List.of(text.split("-", -1));
    return parts.size() == 1
        ? said("", "", text)
        : said(parts.get(0), parts.get(1), parts.size() > 2 ? parts.get(2) : "");
  }

  private static Said said(String trace, String span, String state) {
    Boolean sampled =
        switch (state) {
          case "1", "d", "true" -> Boolean.TRUE;
          case "0", "false" -> Boolean.FALSE;
          default -> null;
        };
    // Older tracers have ids of eight bytes.
    String whole = trace.length() == SPAN_CHARS ? "0".repeat(SPAN_CHARS) + trace : trace;
    boolean parent = isTrace(whole) && isSpan(span);
    return parent || sampled != null
        ? new Said(
            parent ? context(whole, span, sampled != null && sampled) : SpanContext.getInvalid(),
            sampled)
        : Said.NOTHING;
  }

  private static boolean isTrace(String id) {
    return id.length() == TRACE_CHARS && TraceId.isValid(id);
  }

  private static boolean isSpan(String id) {
    return id.length() == SPAN_CHARS && SpanId.isValid(id);
  }

  private static SpanContext context(String trace, String span, boolean sampled) {
    return SpanContext.createFromRemoteParent(
        trace,
        span,
        sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
        TraceState.getDefault());
  }

  /** Says which span a request comes from, in every way in which it was said before. */
  static void set(Fields fields, SpanContext span) {
    put(fields, TRACEPARENT, "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01");
    if (fields.first(B3) != null) {
      put(fields, B3, span.getTraceId() + "-" + span.getSpanId() + "-1");
    }
    if (fields.first(B3_TRACE) != null || fields.first(B3_SAMPLED) != null) {
      put(fields, B3_TRACE, span.getTraceId());
      put(fields, B3_SPAN, span.getSpanId());
      put(fields, B3_SAMPLED, "1");
      fields.remove(B3_PARENT);
    }
  }

  private static void put(Fields fields, AsciiString name, String value) {
    fields.remove(name);
    fields.add(name, value);
  }
}
