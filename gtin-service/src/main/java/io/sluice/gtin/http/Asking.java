package io.sluice.gtin.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** How an event loop asks the catalogue, whose threads are its own. */
final class Asking {
  private Asking() {}

  /** The answer, on the event loop that asks; it fails with what has failed, not what it is in. */
  static <T> Asked<T> ask(Vertx vertx, CompletionStage<T> answer) {
    CompletableFuture<T> there = answer.toCompletableFuture();
    if (there.isDone() && !there.isCompletedExceptionally()) {
      return new Asked<>(Future.succeededFuture(there.join()));
    }
    return new Asked<>(
        Future.fromCompletionStage(answer, vertx.getOrCreateContext())
            .recover(failed -> Future.failedFuture(cause(failed))));
  }

  private static Throwable cause(Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    return cause == null ? failed : cause;
  }
}
