package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.predicate.FailoverPredicate;
import org.jspecify.annotations.Nullable;

/**
 * When an attempt is followed by another one at another endpoint: the operator's failover
 * predicate, or, where there is none, only when the request cannot have had an effect: none of it
 * was sent, or its method is safe (RFC 9110 section 9.2.1). Immutable; one for each exchange is
 * made of its frontend.
 */
record RetryRule(@Nullable FailoverPredicate predicate, int maxAttempts, int mostKeptBytes) {
  private static final AsciiString[] IDEMPOTENT = {
    AsciiString.cached("PUT"), AsciiString.cached("DELETE")
  };

  static RetryRule of(Frontend frontend, @Nullable FailoverPredicate predicate) {
    return new RetryRule(predicate, frontend.maxAttempts(), frontend.maxMemBodyBytes());
  }

  /** Whether another attempt may follow one that a server may have seen. */
  boolean mayFollow(UpstreamRequest request) {
    return predicate != null || isIdempotent(request);
  }

  /** Whether the operator has said when another attempt follows. */
  boolean isOperators() {
    return predicate != null;
  }

  /** Whether a response may be thrown away for another attempt. */
  boolean looksAtResponses() {
    return predicate != null && predicate.looksAtResponses();
  }

  /** Whether the operator wants another attempt after a response with this status. */
  boolean afterResponse(int count, UpstreamRequest request, int status) {
    return predicate != null
        && count < maxAttempts
        && predicate.test(
            new FailoverPredicate.Attempt(
                count, request.method(), status == 502 || status == 504, status));
  }

  /**
   * Whether an attempt that failed is to be followed by another.
   *
   * @param unsent whether the server certainly saw nothing of the request
   */
  boolean afterFailure(int count, UpstreamRequest request, Reason reason, boolean unsent) {
    if (count >= maxAttempts) {
      return false;
    }
    if (predicate != null) {
      return predicate.test(
          new FailoverPredicate.Attempt(count, request.method(), true, reason.status()));
    }
    // A server that is slow now would be as slow a second time, and twice as loaded.
    return unsent || (request.isSafe() && reason != Reason.RESPONSE_TIMEOUT);
  }

  /** Whether the same request twice does what it does once (RFC 9110 section 9.2.2). */
  static boolean isIdempotent(UpstreamRequest request) {
    return request.isSafe() || isOneOf(request, IDEMPOTENT);
  }

  private static boolean isOneOf(UpstreamRequest request, AsciiString[] methods) {
    for (AsciiString method : methods) {
      if (method.contentEquals(request.method())) {
        return true;
      }
    }
    return false;
  }
}
