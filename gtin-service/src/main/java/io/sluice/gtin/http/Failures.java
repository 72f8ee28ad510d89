package io.sluice.gtin.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.gtin.catalog.CatalogueAway;
import io.sluice.gtin.catalog.CatalogueBusy;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered where the service could not. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static Answer answer(Throwable failed) {
    return switch (failed) {
      case CatalogueAway away ->
          Answer.of(Problem.CATALOGUE_AWAY, "the catalogue's database cannot be used now");
      case CatalogueBusy busy -> Answer.of(Problem.BUSY, String.valueOf(busy.getMessage()));
      default -> Answer.of(Problem.INTERNAL, "the service failed; its log says why");
    };
  }

  /** Answers what could not be read as a request, and closes its connection. */
  static void refuse(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    Problem problem =
        switch (cause) {
          case TooLongHttpLineException _ -> Problem.TARGET_TOO_LONG;
          case TooLongHttpHeaderException _ -> Problem.HEADERS_TOO_LARGE;
          case null, default -> Problem.MALFORMED_REQUEST;
        };
    Buffer body = Written.of(problem.body("expected a request of HTTP/1.1")).bytes();
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader("Connection", "close")
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Content-Length", Integer.toString(body.length()))
        .end(body)
        .onComplete(sent -> request.connection().close());
  }

  /** Answers a request that failed; what cannot be helped by asking again is logged. */
  static void answer(RoutingContext context) {
    Throwable failed = context.failure();
    Answer answer = answer(failed);
    if (answer.status() == Problem.BUSY.status()) {
      context.response().putHeader("Retry-After", "1");
    }
    if (failed instanceof CatalogueAway) {
      LOG.warn("{}", failed.getMessage());
    } else if (!(failed instanceof CatalogueBusy)) {
      LOG.error(
          "{} {} failed; request {}, trace {}",
          context.request().method(),
          context.request().path(),
          context.request().getHeader("X-Request-Id"),
          context.request().getHeader("traceparent"),
          failed);
    }
    Sending.answer(context, answer, Sending.ALWAYS_ASK);
  }
}
