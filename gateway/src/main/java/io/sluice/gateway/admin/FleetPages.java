package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.RouteTree;
import io.sluice.gateway.rollout.ReportPage;
import io.sluice.gateway.rollout.Rollout;
import io.sluice.gateway.rollout.RolloutStore;
import io.sluice.gateway.store.EtcdStore;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;

/**
 * What the store knows of the whole fleet: {@code /gateways}, {@code /rollouts} with {@code
 * /rollouts/ID/report}, and {@code /history}. 404 where a gateway follows a folder.
 */
final class FleetPages {
  private static final JsonMapper JSON = new JsonMapper();

  /** A report has a style and no script; the page shows it in a frame that may run none. */
  private static final String REPORT_POLICY = ContentPolicy.of(ReportPage.STYLE, "");

  private static final int MOST_ENTRIES = 200;

  private final RouteTree tree;
  private final Slow slow;

  FleetPages(RouteTree tree, Slow slow) {
    this.tree = tree;
    this.slow = slow;
  }

  void routes(Router router) {
    router.get("/gateways").handler(context -> slow.answer(context, this::gateways));
    router.get("/rollouts").handler(context -> slow.answer(context, this::rollouts));
    router.get("/rollouts/:id/report").handler(this::report);
    router.get("/history").handler(this::history);
  }

  private EtcdStore store() throws IOException, ApiException {
    EtcdStore store = tree.store();
    if (store == null) {
      throw new ApiException(404, "this gateway follows a folder, so it knows of itself alone");
    }
    return store;
  }

  private ObjectNode gateways() throws IOException, InterruptedException, ApiException {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = answer.putArray("gateways");
    for (GatewayStatus each : new Fleet(store()).gateways().values()) {
      list.addObject()
          .put("id", each.id())
          .put("host", each.host())
          .put("admin", each.admin())
          .put("revision", each.revision())
          .put("source", each.source())
          .put("draining", each.draining())
          .put("problems", each.problemCount());
    }
    return answer;
  }

  private ObjectNode rollouts() throws IOException, InterruptedException, ApiException {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = answer.putArray("rollouts");
    for (Rollout each : new RolloutStore(store()).all().values()) {
      List<Rollout.Event> timeline = each.timeline();
      list.addObject()
          .put("id", each.id())
          .put("style", each.plan().style())
          .put("what", each.plan().what())
          .put("phase", each.phase().name())
          .put("share", each.share())
          .put("step", each.step() + 1)
          .put("steps", each.plan().lastStep() + 1)
          .put("started_at", each.startedAt())
          .put("last_at", timeline.isEmpty() ? each.startedAt() : timeline.getLast().at())
          .put("last", timeline.isEmpty() ? "" : timeline.getLast().what());
    }
    return answer;
  }

  private void report(RoutingContext context) {
    String id = context.pathParam("id");
    context.response().putHeader("Content-Security-Policy", REPORT_POLICY);
    slow.answer(
        context,
        "text/html; charset=utf-8",
        () -> {
          RolloutStore.Read found = new RolloutStore(store()).find(id);
          if (found == null) {
            throw new ApiException(404, "found no rollout of \"" + id + "\"");
          }
          return ReportPage.of(found.rollout());
        });
  }

  private void history(RoutingContext context) {
    String limit = context.request().getParam("limit", "50");
    slow.answer(
        context,
        () -> {
          if (!limit.matches("[1-9]\\d{0,2}") || Integer.parseInt(limit) > MOST_ENTRIES) {
            throw new ApiException(400, "limit: expected a number, 1 to " + MOST_ENTRIES);
          }
          ObjectNode answer = JSON.createObjectNode();
          ArrayNode list = answer.putArray("history");
          // The records alone: what was written past them is in the tree, which may be large.
          History.of(store().read(History.FOLDER)).stream()
              .limit(Integer.parseInt(limit))
              .forEach(entry -> list.add(entry.json()));
          return answer;
        });
  }
}
