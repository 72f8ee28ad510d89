package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What is answered to a code, alone or among many.
 *
 * @param found the items that it means, if any
 */
record Answer(int status, JsonObject body, List<Found> found) {
  /** A reading with the item that it leads to. */
  record Found(Reading.One reading, Item item) {}

  static Answer of(Problem problem, String detail) {
    return new Answer(problem.status(), problem.body(detail), List.of());
  }

  /** As one of many: the status stands in the body. */
  JsonObject amongMany() {
    return new JsonObject().put("status", status).mergeIn(body);
  }

  boolean isProblem() {
    return status >= 400;
  }
}
