package io.sluice.gateway.admin;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** How the admin API answers. */
final class JsonAnswer {
  private JsonAnswer() {}

  static void send(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(body.encode() + "\n");
  }

  /** What went wrong, in Vulcand's shape. */
  static void message(RoutingContext context, int status, String message) {
    send(context, status, new JsonObject().put("message", message));
  }
}
