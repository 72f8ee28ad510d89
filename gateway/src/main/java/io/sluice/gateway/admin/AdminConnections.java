package io.sluice.gateway.admin;

import io.sluice.gateway.memory.Bounded;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The connections to the admin API: few, each with a time for what it does next, so that clients
 * which do not go on, or do not read, never stand in the way of a probe. The event loop of the API
 * only.
 */
final class AdminConnections {
  private static final int MOST = 128;
  private static final long REQUEST_MILLIS = 5_000;
  private static final long ANSWER_MILLIS = 10_000;
  private static final long IDLE_MILLIS = 30_000;

  private final Vertx vertx;

  @Bounded("128 connections")
  private final Map<HttpConnection, Long> timers = new LinkedHashMap<>();

  AdminConnections(Vertx vertx) {
    this.vertx = vertx;
  }

  /** A client has connected; where there are too many, the one that came first makes room. */
  void opened(HttpConnection connection) {
    allow(connection, REQUEST_MILLIS);
    connection.closeHandler(
        closed -> {
          Long timer = timers.remove(connection);
          if (timer != null) {
            vertx.cancelTimer(timer);
          }
        });
    if (timers.size() > MOST) {
      end(timers.keySet().iterator().next());
    }
  }

  /** A request has come; its client now has to read, and not to leave answers lying. */
  void asked(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    if (request.response().writeQueueFull()) {
      end(connection);
      return;
    }
    allow(connection, ANSWER_MILLIS);
    request.response().endHandler(sent -> allow(connection, IDLE_MILLIS));
  }

  /** A long answer goes on, and its client reads it. */
  void goesOn(HttpConnection connection) {
    if (timers.containsKey(connection)) {
      allow(connection, ANSWER_MILLIS);
    }
  }

  private void allow(HttpConnection connection, long millis) {
    Long before = timers.remove(connection);
    if (before != null) {
      vertx.cancelTimer(before);
    }
    timers.put(connection, vertx.setTimer(millis, late -> end(connection)));
  }

  private void end(HttpConnection connection) {
    Long timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
    connection.close();
  }
}
