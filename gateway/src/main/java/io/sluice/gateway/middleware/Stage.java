package io.sluice.gateway.middleware;

/** A middleware that is alive. Shared by all event loops; its hooks never block. */
public interface Stage {
  /** Whether the request goes on. A memo in the verdict comes back to {@link #onFinish}. */
  Verdict onRequest(ExchangeView exchange);

  /**
   * The exchange is over, however it ended; called exactly once for each {@code onRequest} that let
   * it proceed.
   */
  default void onFinish(Verdict.Proceed verdict) {}
}
