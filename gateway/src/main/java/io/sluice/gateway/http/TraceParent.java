package io.sluice.gateway.http;

import io.netty.util.AsciiString;

/** {@code traceparent: 00-TRACE-PARENT-FLAGS} (W3C Trace Context section 3.2). */
public final class TraceParent {
  private static final int LEAST = 55;
  private static final int START = 3;
  private static final int END = 35;

  private TraceParent() {}

  /** The id of the trace that these fields name; empty where they name none. */
  public static String traceId(Fields fields) {
    AsciiString parent = fields.first("traceparent");
    if (parent == null || parent.length() < LEAST || parent.charAt(2) != '-') {
      return "";
    }
    boolean zero = true;
    for (int i = START; i < END; i++) {
      char c = parent.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return "";
      }
      zero &= c == '0';
    }
    return zero ? "" : parent.subSequence(START, END).toString();
  }
}
