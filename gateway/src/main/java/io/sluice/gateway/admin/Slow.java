package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of one kind whose making waits for the store or takes its time: made one after the other
 * on a thread of their own, so that no other kind waits for it. Who comes when too many wait is
 * told so at once, and nothing is made for who has gone.
 */
final class Slow {
  private static final Logger LOG = LoggerFactory.getLogger(Slow.class);
  private static final int MOST_WAITING = 16;

  private final WorkerExecutor thread;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param kind for the thread's name
   */
  Slow(Vertx vertx, String kind) {
    this.thread = vertx.createSharedWorkerExecutor("admin-" + kind, 1);
  }

  /** Answers with what is made. */
  void answer(RoutingContext context, Callable<? extends JsonNode> making) {
    answer(context, "application/json", () -> making.call() + "\n");
  }

  /** The same for other types. */
  void answer(RoutingContext context, String type, Callable<String> making) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      JsonAnswer.message(context, 503, "too many ask for this just now");
      return;
    }
    thread
        .executeBlocking(() -> context.response().closed() ? "" : making.call(), false)
        .onComplete(done -> waiting.decrementAndGet())
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
        LOG.debug("{}: {}", context.normalizedPath(), away.getMessage());
        JsonAnswer.message(context, 503, String.valueOf(away.getMessage()));
      }
      default -> context.fail(failed);
    }
  }
}
