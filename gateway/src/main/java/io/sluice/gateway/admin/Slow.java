package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers whose making waits for the store or takes its time: made beside the event loop, one after
 * the other.
 */
record Slow(Vertx vertx) {
  private static final Logger LOG = LoggerFactory.getLogger(Slow.class);

  /** Answers with what is made. */
  void answer(RoutingContext context, Callable<? extends JsonNode> making) {
    answer(context, "application/json", () -> making.call() + "\n");
  }

  /** The same for other types. */
  void answer(RoutingContext context, String type, Callable<String> making) {
    vertx
        .executeBlocking(making)
        .onFailure(failed -> refuse(context, failed))
        .onSuccess(
            text ->
                context
                    .response()
                    .putHeader("Content-Type", type)
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .end(text));
  }

  private static void refuse(RoutingContext context, Throwable failed) {
    switch (failed) {
      case ApiException refused ->
          JsonAnswer.message(context, refused.status(), String.valueOf(refused.getMessage()));
      case IOException away -> {
        LOG.warn("{}: {}", context.normalizedPath(), away.getMessage());
        JsonAnswer.message(context, 503, String.valueOf(away.getMessage()));
      }
      default -> context.fail(failed);
    }
  }
}
