package io.sluice.gateway.admin;

import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.config.StageType;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.RoutingTable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * {@code /frontends?search=TEXT&from=0&count=100}: the frontends that this gateway serves, ordered
 * by id, a part of them at a time. A search finds ids, routes and backends. The admin API's event
 * loop only.
 */
final class FrontendsPage {
  private static final int MOST = 1_000;
  private static final int USUAL = 100;

  private final Supplier<RoutingTable> tables;
  private RoutingTable seen = RoutingTable.EMPTY;
  private List<CompiledFrontend> ordered = List.of();

  FrontendsPage(Supplier<RoutingTable> tables) {
    this.tables = tables;
  }

  void show(RoutingContext context) {
    int from;
    int count;
    try {
      from = Integer.parseInt(context.request().getParam("from", "0"));
      count = Integer.parseInt(context.request().getParam("count", "" + USUAL));
    } catch (NumberFormatException none) {
      from = -1;
      count = 0;
    }
    if (from < 0 || count < 1 || count > MOST) {
      JsonAnswer.message(context, 400, "expected from, 0 or more, and count, 1 to " + MOST);
      return;
    }
    RoutingTable table = tables.get();
    if (table != seen) {
      ordered =
          table.frontends().values().stream()
              .sorted((one, other) -> one.id().compareTo(other.id()))
              .toList();
      seen = table;
    }
    String search = context.request().getParam("search", "").toLowerCase(Locale.ROOT);
    List<CompiledFrontend> found =
        search.isEmpty() ? ordered : ordered.stream().filter(each -> has(each, search)).toList();
    JsonArray part = new JsonArray();
    found.stream().skip(from).limit(count).map(FrontendsPage::json).forEach(part::add);
    JsonAnswer.send(
        context,
        200,
        new JsonObject()
            .put("revision", table.revision())
            .put("total", found.size())
            .put("from", from)
            .put("frontends", part));
  }

  private static boolean has(CompiledFrontend frontend, String search) {
    return frontend.id().toLowerCase(Locale.ROOT).contains(search)
        || frontend.written().route().toLowerCase(Locale.ROOT).contains(search)
        || frontend.written().split().shares().stream()
            .anyMatch(each -> each.backendId().toLowerCase(Locale.ROOT).contains(search));
  }

  private static JsonObject json(CompiledFrontend frontend) {
    JsonArray shares = new JsonArray();
    for (Split.Share each : frontend.written().split().shares()) {
      shares.add(new JsonObject().put("backend", each.backendId()).put("weight", each.weight()));
    }
    JsonArray stages = new JsonArray();
    for (Middleware each : frontend.middlewares()) {
      stages.add(
          new JsonObject().put("id", each.id()).put("type", StageType.of(each.spec()).written()));
    }
    Problem unavailable = frontend.unavailable();
    return new JsonObject()
        .put("id", frontend.id())
        .put("route", frontend.written().route())
        .put("priority", frontend.written().priority())
        .put("listeners", new JsonArray(frontend.written().listeners()))
        .put("shares", shares)
        .put("stages", stages)
        .put("unavailable", unavailable == null ? "" : unavailable.toString());
  }
}
