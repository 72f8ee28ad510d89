package io.sluice.gateway.middleware;

import io.sluice.gateway.http.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a stage decided about a request. */
public sealed interface Verdict {
  /** Go on without a memo. */
  Proceed PROCEED = new Proceed(null);

  /**
   * Go on.
   *
   * @param memo what the stage wants to be given back when the exchange is over
   */
  record Proceed(@Nullable Object memo) implements Verdict {}

  /**
   * Answer now; later stages and the backend never see the request.
   *
   * @param detail what the body says
   * @param retryAfter when it is worth trying again; null when that is not known
   */
  record Reply(Reason reason, String detail, @Nullable Duration retryAfter) implements Verdict {}
}
