package io.sluice.gateway.middleware;

import io.sluice.gateway.http.ResponseHead;
import org.jspecify.annotations.Nullable;

/** A middleware that is alive. Shared by all event loops; its hooks never block. */
public interface Stage {
  /**
   * Takes over what another stage of its type knows, which stood under the same id with other
   * settings. Called once, before any request.
   */
  default void inherit(Stage before) {}

  /** Whether the request goes on. A memo in the verdict comes back to {@link #onFinish}. */
  default Verdict onRequest(ExchangeView exchange) {
    return Verdict.PROCEED;
  }

  /**
   * Where the page is got that is sent in the place of an error's body; null for nowhere. Asked
   * before {@link #onResponse}, which then has the page's head.
   */
  default @Nullable PageSource page(ExchangeView exchange, int status) {
    return null;
  }

  /**
   * The head of the final response, whoever gives it, on its way back to the client; called at most
   * once for each {@code onRequest} that let it proceed, the last stage first.
   */
  default void onResponse(ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {}

  /**
   * What is to change the body whose head was shown to {@link #onResponse}; it may change the head
   * accordingly. Null for nothing. Asked right behind that, where there is a body, or would be one
   * for another method than HEAD.
   */
  default @Nullable BodyFilter filter(
      ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    return null;
  }

  /**
   * The exchange is over, however it ended; called exactly once for each {@code onRequest} that let
   * it proceed.
   */
  default void onFinish(ExchangeView exchange, Verdict.Proceed verdict) {}
}
