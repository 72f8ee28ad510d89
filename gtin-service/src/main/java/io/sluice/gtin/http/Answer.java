package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is answered to a code, alone or among many. */
final class Answer {
  /** A reading with the item that it leads to. */
  record Found(Reading.One reading, Item item) {}

  private final int status;
  private final JsonObject body;
  private final List<Found> found;
  private @Nullable Written written;

  /**
   * @param found the items that it means, if any
   */
  Answer(int status, JsonObject body, List<Found> found) {
    this.status = status;
    this.body = body;
    this.found = List.copyOf(found);
  }

  static Answer of(Problem problem, String detail) {
    return new Answer(problem.status(), problem.body(detail), List.of());
  }

  int status() {
    return status;
  }

  JsonObject body() {
    return body;
  }

  List<Found> found() {
    return found;
  }

  /** As one alone, written once however often it is sent. */
  Written written() {
    Written before = written;
    if (before != null) {
      return before;
    }
    Written now = Written.of(body);
    written = now;
    return now;
  }

  /** As one of many: the status stands in the body. */
  JsonObject amongMany() {
    return new JsonObject().put("status", status).mergeIn(body);
  }

  boolean isProblem() {
    return status >= 400;
  }
}
