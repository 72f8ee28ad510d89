package io.sluice.gtin.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;

/**
 * What was asked for, once it is there. What is thrown where it is used fails the request as well:
 * a future's own handlers would tell nobody, and the client would wait for ever.
 */
final class Asked<T> {
  private final Future<T> future;
  private Handler<T> use = answer -> {};

  Asked(Future<T> future) {
    this.future = future;
  }

  /** What is done with it. */
  Asked<T> onSuccess(Handler<T> use) {
    this.use = use;
    return this;
  }

  /** What is done where there is none, or where it could not be used. */
  void onFailure(Handler<Throwable> failed) {
    future.onComplete(
        done -> {
          if (done.failed()) {
            failed.handle(done.cause());
            return;
          }
          try {
            use.handle(done.result());
          } catch (RuntimeException broken) {
            failed.handle(broken);
          }
        });
  }

  /** For who goes on with it. */
  Future<T> future() {
    return future;
  }
}
