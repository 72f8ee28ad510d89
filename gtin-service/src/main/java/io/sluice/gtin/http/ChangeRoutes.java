package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Change;
import io.sluice.gtin.catalog.ChangeCursor;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Quoted;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Who did what, and when: to one item, or to any since a change that the asker knows. */
final class ChangeRoutes {
  private static final int MOST = 1_000;
  private static final int USUAL = 100;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final Targets targets;

  ChangeRoutes(Vertx vertx, Catalogue catalogue, CodeAnswers answers) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.targets = new Targets(vertx, answers);
  }

  /** What was done to one item, oldest first, whichever door it came through. */
  void history(RoutingContext context) {
    targets.withOne(
        context,
        target ->
            Asking.ask(vertx, catalogue.history(target.gtin()))
                .onSuccess(
                    changes -> {
                      JsonArray list = new JsonArray();
                      changes.forEach(change -> list.add(of(change)));
                      Sending.json(
                          context,
                          200,
                          new JsonObject().put("gtin", target.gtin().text()).put("changes", list));
                    })
                .onFailure(context::fail));
  }

  /**
   * A page of what was done behind a place, and where the next page begins, which also is where to
   * ask again later. That an import has run is followed by the items that are new by it.
   */
  void since(RoutingContext context) {
    ChangeCursor since;
    int limit;
    try {
      Query query = Query.of(context);
      since = place(query.find("since").orElse("0"));
      limit = (int) query.number("limit", USUAL, 1, MOST);
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    Asking.ask(vertx, catalogue.changes(since, limit))
        .onSuccess(changes -> Sending.json(context, 200, page(since, limit, changes)))
        .onFailure(context::fail);
  }

  private static ChangeCursor place(String text) throws Malformed {
    return ChangeCursor.find(text)
        .orElseThrow(
            () ->
                new Malformed(
                    Problem.MALFORMED_PARAMETER,
                    "since: found "
                        + Quoted.of(text)
                        + ", expected that of the page before, or 0"));
  }

  private static JsonObject page(ChangeCursor since, int limit, List<Change> changes) {
    JsonArray list = new JsonArray();
    for (Change change : changes) {
      JsonObject each = new JsonObject().put("change", change.id());
      if (change.gtin() == Change.IMPORT) {
        each.put("import", true)
            .put("at", change.at())
            .put("who", change.author().name())
            .put("request", change.author().request());
      } else {
        each.put("gtin", new Gtin(change.gtin()).text()).mergeIn(of(change));
      }
      list.add(each);
    }
    ChangeCursor last = changes.isEmpty() ? since : changes.getLast().cursor();
    return new JsonObject()
        .put("changes", list)
        .put("since", last.text())
        .put("more", changes.size() == limit);
  }

  private static JsonObject of(Change change) {
    Item before = change.before();
    Item after = change.after();
    return new JsonObject()
        .put("at", change.at())
        .put("who", change.author().name())
        .put("request", change.author().request())
        .put("before", before == null ? null : Answers.fields(before))
        .put("after", after == null ? null : Answers.fields(after));
  }
}
