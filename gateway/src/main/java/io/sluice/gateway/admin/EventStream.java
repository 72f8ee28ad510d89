package io.sluice.gateway.admin;

import io.sluice.gateway.memory.Bounded;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /events}: how the gateway is, once a second, as server-sent events (HTML Living Standard,
 * "Server-sent events"). Made once for all who look on, and not at all while nobody does. The admin
 * API's event loop only.
 */
final class EventStream {
  private static final long EVERY_MILLIS = 1_000;
  private static final int MOST_VIEWERS = 32;
  private static final int PATIENCE = 10;
  private static final long NOBODY = -1;

  private final Vertx vertx;
  private final WorkerExecutor thread;
  private final Supplier<JsonObject> status;
  private final Supplier<JsonObject> traffic;
  private final Consumer<HttpConnection> goesOn;

  /** With how many events in a row each has not had, since he does not read. */
  @Bounded("32 viewers")
  private final Map<RoutingContext, Integer> viewers = new LinkedHashMap<>();

  private long timer = NOBODY;
  private boolean making;

  /** What all were told last; null while nobody looks on. */
  private @Nullable String last;

  /**
   * @param status the gateway, quickly told
   * @param traffic what it serves; asked beside the event loop
   * @param goesOn a client that reads may be answered longer
   */
  EventStream(
      Vertx vertx,
      Supplier<JsonObject> status,
      Supplier<JsonObject> traffic,
      Consumer<HttpConnection> goesOn) {
    this.vertx = vertx;
    this.thread = vertx.createSharedWorkerExecutor("admin-events", 1);
    this.status = status;
    this.traffic = traffic;
    this.goesOn = goesOn;
  }

  void follow(RoutingContext context) {
    if (!context.queryParams().isEmpty()) {
      JsonAnswer.message(
          context, 400, "found " + context.queryParams().names() + ", expected no parameter");
      return;
    }
    if (viewers.size() == MOST_VIEWERS) {
      JsonAnswer.message(context, 503, "too many look on already");
      return;
    }
    context
        .response()
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .closeHandler(closed -> viewers.remove(context));
    viewers.put(context, 0);
    if (timer == NOBODY) {
      timer = vertx.setPeriodic(EVERY_MILLIS, again -> make());
      make();
    } else if (last != null) {
      context.response().write(last);
    }
  }

  private void make() {
    if (viewers.isEmpty()) {
      vertx.cancelTimer(timer);
      timer = NOBODY;
      last = null;
    } else if (!making) {
      making = true;
      thread
          .executeBlocking(traffic::get, false)
          .onComplete(done -> making = false)
          .onSuccess(served -> send(status.get().put("traffic", served)));
    }
  }

  private void send(JsonObject event) {
    String text = "event: status\ndata: " + event.encode() + "\n\n";
    last = text;
    for (RoutingContext viewer : viewers.keySet().toArray(new RoutingContext[0])) {
      HttpServerResponse response = viewer.response();
      int missed = response.writeQueueFull() ? viewers.getOrDefault(viewer, 0) + 1 : 0;
      viewers.put(viewer, missed);
      if (missed == 0) {
        response.write(text);
        goesOn.accept(viewer.request().connection());
      } else if (missed > PATIENCE) {
        viewers.remove(viewer);
        viewer.request().connection().close();
      }
    }
  }
}
