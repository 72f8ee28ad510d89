package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The shapes of what the API answers; errors are RFC 9457 problems with a stable {@code code}. */
final class Answers {
  private Answers() {}

  /**
   * What a code is: {@code gtin}, {@code type}, {@code form}, {@code requested} and {@code
   * normalization}.
   */
  static JsonObject number(String requested, Reading.One one) {
    JsonArray steps = new JsonArray();
    one.steps()
        .forEach(
            step ->
                steps.add(new JsonObject().put("code", step.code()).put("detail", step.detail())));
    return new JsonObject()
        .put("gtin", one.gtin().text())
        .put("type", one.gtin().type().text())
        .put("form", one.form())
        .put("requested", requested)
        .put(
            "normalization",
            new JsonObject().put("changed", !one.steps().isEmpty()).put("steps", steps));
  }

  /** The number's answer with the item in it. */
  static JsonObject item(String requested, Reading.One one, Item item) {
    return number(requested, one)
        .put(
            "item",
            new JsonObject()
                .put("name", item.name())
                .put("brand", item.brand())
                .put("category", item.category()));
  }

  /** A code that means several numbers. */
  static JsonObject candidates(String requested, JsonArray candidates) {
    return new JsonObject().put("requested", requested).put("candidates", candidates);
  }

  static JsonObject problem(int status, String code, String title, String detail) {
    return new JsonObject()
        .put("type", "about:blank")
        .put("title", title)
        .put("status", status)
        .put("code", code)
        .put("detail", detail);
  }

  static void send(HttpServerResponse response, int status, JsonObject body) {
    boolean problem = status >= 400;
    Buffer bytes = Buffer.buffer(body.encode() + "\n");
    response
        .setStatusCode(status)
        .putHeader("Content-Type", problem ? "application/problem+json" : "application/json")
        .putHeader("Content-Length", Integer.toString(bytes.length()))
        .end(bytes);
  }
}
