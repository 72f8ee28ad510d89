package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/**
 * What gRPC says where HTTP says a status (gRPC over HTTP/2, "Responses" and "HTTP2 Transport
 * Mapping"; gRPC's table "HTTP to gRPC Status Code Mapping").
 */
public final class GrpcStatus {
  static final AsciiString CONTENT_TYPE = AsciiString.cached("application/grpc");
  private static final int MAX_DIGITS = 8;

  private GrpcStatus() {}

  /** Whether a request is a gRPC call. */
  public static boolean isCall(RequestHead head) {
    AsciiString type = head.fields().first(HeaderName.CONTENT_TYPE);
    return type != null && type.startsWith(CONTENT_TYPE);
  }

  /** The code for a reply of the gateway's. */
  public static int of(Reason reason) {
    return switch (reason.status()) {
      case 400, 413, 417, 431 -> 13;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 408, 504 -> 4;
      case 429 -> 8;
      case 500 -> 13;
      case 502, 503 -> 14;
      default -> 2;
    };
  }

  /** The time that the caller gives the call, in nanoseconds; 0 where it does not say. */
  public static long timeoutNanos(RequestHead head) {
    AsciiString timeout = head.fields().first(HeaderName.GRPC_TIMEOUT);
    if (timeout == null || timeout.length() < 2 || timeout.length() > MAX_DIGITS + 1) {
      return 0;
    }
    long value = 0;
    for (int i = 0; i < timeout.length() - 1; i++) {
      if (!Ascii.isDigit(timeout.byteAt(i))) {
        return 0;
      }
      value = value * 10 + (timeout.byteAt(i) - '0');
    }
    return switch (timeout.byteAt(timeout.length() - 1)) {
      case 'H' -> TimeUnit.HOURS.toNanos(value);
      case 'M' -> TimeUnit.MINUTES.toNanos(value);
      case 'S' -> TimeUnit.SECONDS.toNanos(value);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(value);
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(value);
      case 'n' -> value;
      default -> 0;
    };
  }
}
