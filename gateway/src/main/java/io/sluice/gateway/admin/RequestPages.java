package io.sluice.gateway.admin;

import io.sluice.gateway.predicate.FieldCondition;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.telemetry.AccessEntry;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.LogFields;
import io.sluice.gateway.telemetry.Tap;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges, as lines of the access log in JSON: one by its id ({@code /requests/ID}), or all as
 * they end ({@code /requests}, a line each, and an empty one now and then as a sign of life).
 */
final class RequestPages {
  private static final long LOOK_MILLIS = 50;
  private static final long SIGN_OF_LIFE = 5_000 / LOOK_MILLIS;
  private static final long PATIENCE = 10_000 / LOOK_MILLIS;
  private static final int MOST_LINES = 256;

  static final String NOT_FOUND = "this gateway has no exchange with this id, or none any more";

  private static final String JSON_LINES = "application/x-ndjson";

  private final AccessLog log;
  private final Vertx vertx;
  private final Consumer<HttpConnection> goesOn;

  /** Reading files takes its time, for which nothing else waits. */
  private final WorkerExecutor search;

  /**
   * @param goesOn a client that reads may be answered longer
   */
  RequestPages(AccessLog log, Vertx vertx, Consumer<HttpConnection> goesOn) {
    this.log = log;
    this.vertx = vertx;
    this.goesOn = goesOn;
    this.search = vertx.createSharedWorkerExecutor("log-search", 1);
  }

  /** The exchange with an id. */
  void one(RoutingContext context) {
    String id = context.pathParam("id");
    search
        .executeBlocking(() -> Optional.ofNullable(log.find(id)), false)
        .onFailure(context::fail)
        .onSuccess(
            line -> {
              if (line.isEmpty()) {
                JsonAnswer.message(context, 404, NOT_FOUND);
              } else {
                context
                    .response()
                    .putHeader("Content-Type", "application/json")
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .end(line.get() + "\n");
              }
            });
  }

  /** All that end from now on: {@code ?where=CONDITION&share=0.1}. */
  void follow(RoutingContext context) {
    Tap tap = tap(context);
    if (tap == null) {
      return;
    }
    context
        .response()
        .setChunked(true)
        .putHeader("Content-Type", JSON_LINES)
        .putHeader("X-Content-Type-Options", "nosniff")
        .write("\n");
    Follower follower = new Follower(context, tap);
    vertx.setPeriodic(LOOK_MILLIS, follower::look);
  }

  /** One who looks on. */
  private final class Follower {
    private final HttpServerResponse response;
    private final HttpConnection connection;
    private final Tap tap;

    /** How many looks in a row he has not read what there is. */
    private long stuck;

    /** How many looks in a row there was nothing to read. */
    private long quiet;

    Follower(RoutingContext context, Tap tap) {
      this.response = context.response();
      this.connection = context.request().connection();
      this.tap = tap;
    }

    void look(long timer) {
      boolean full = response.writeQueueFull();
      stuck = full ? stuck + 1 : 0;
      if (response.closed() || stuck >= PATIENCE) {
        vertx.cancelTimer(timer);
        tap.close();
        // What is on its way to one who does not read is not waited for.
        connection.close();
      } else if (!full) {
        send(tap.take(MOST_LINES));
        goesOn.accept(connection);
      }
    }

    private void send(List<String> lines) {
      quiet = lines.isEmpty() ? quiet + 1 : 0;
      if (!lines.isEmpty()) {
        response.write(String.join("", lines));
      } else if (quiet % SIGN_OF_LIFE == 0) {
        response.write("\n");
      }
    }
  }

  /** Null when the answer has been given. */
  private @Nullable Tap tap(RoutingContext context) {
    String where = context.request().getParam("where", "");
    String share = context.request().getParam("share", "1");
    Predicate<AccessEntry> wanted;
    double part;
    try {
      wanted =
          where.isEmpty()
              ? entry -> true
              : FieldCondition.parse(where, LogFields.NUMBERS, LogFields.TEXTS);
      part = Double.parseDouble(share);
      if (!(part > 0 && part <= 1)) {
        throw new NumberFormatException();
      }
    } catch (PredicateSyntaxException wrong) {
      JsonAnswer.message(context, 400, "where: " + wrong.getMessage());
      return null;
    } catch (NumberFormatException none) {
      JsonAnswer.message(context, 400, "share: expected a number above 0, at most 1");
      return null;
    }
    Tap tap = log.taps().open(wanted, part);
    if (tap == null) {
      JsonAnswer.message(context, 503, "too many look on already");
    }
    return tap;
  }
}
