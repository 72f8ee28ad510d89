package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.fleet.Explanation;
import io.sluice.gateway.fleet.Replay;
import io.sluice.gateway.fleet.RouteTree;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.telemetry.AccessLog;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How requests are decided: {@code /explain?url=…} for one that nobody sent, by the routes that are
 * served now, and {@code /requests/ID/why} for one that was answered, by the routes of its time.
 */
final class DecisionPages {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_HEADERS = 50;

  private final Supplier<RoutingTable> tables;
  private final RouteTree tree;
  private final AccessLog log;
  private final Slow slow;

  /**
   * @param tables what is served now
   * @param tree where it comes from, and what it was
   */
  DecisionPages(Supplier<RoutingTable> tables, RouteTree tree, AccessLog log, Slow slow) {
    this.tables = tables;
    this.tree = tree;
    this.log = log;
    this.slow = slow;
  }

  void routes(Router router) {
    router.get("/explain").handler(this::explain);
    router
        .get("/requests/:id/why")
        .handler(context -> slow.answer(context, () -> why(context.pathParam("id"))));
  }

  private void explain(RoutingContext context) {
    MultiMap query = context.queryParams();
    slow.answer(
        context,
        () -> {
          try {
            Explanation.Request request = request(query);
            RoutingTable table = tables.get();
            CompiledListener through =
                Explanation.through(table, request.port(), query.get("listener"));
            return Explanation.of(table, through, request).json().put("revision", table.revision());
          } catch (IllegalArgumentException wrong) {
            throw new ApiException(400, String.valueOf(wrong.getMessage()));
          }
        });
  }

  private static Explanation.Request request(MultiMap query) throws ApiException {
    String url = query.get("url");
    URI uri = uri(url);
    if (uri == null) {
      throw new ApiException(
          400, "url: found \"" + url + "\", expected one such as https://shop.example/cart");
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String each : query.getAll("header")) {
      int colon = each.indexOf(':');
      if (colon < 1 || headers.size() == MOST_HEADERS) {
        throw new ApiException(
            400,
            "header: found \"" + each + "\", expected \"Name: value\", at most " + MOST_HEADERS);
      }
      headers.add(Map.entry(each.substring(0, colon), each.substring(colon + 1).strip()));
    }
    String client = query.contains("client") ? query.get("client") : "127.0.0.1";
    String method = query.contains("method") ? query.get("method") : "GET";
    try {
      return new Explanation.Request(method, uri, headers, InetAddress.ofLiteral(client));
    } catch (IllegalArgumentException none) {
      throw new ApiException(
          400, "client: found \"" + client + "\", expected an address such as 192.0.2.1");
    }
  }

  /** A URL of http or https; null where it is none. */
  private static @Nullable URI uri(@Nullable String url) {
    try {
      URI uri = URI.create(url == null ? "" : url);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean known = scheme.equals("http") || scheme.equals("https");
      return known && uri.getRawAuthority() != null ? uri : null;
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  private ObjectNode why(String id) throws IOException, InterruptedException, ApiException {
    String found = log.find(id);
    if (found == null) {
      throw new ApiException(404, RequestPages.NOT_FOUND);
    }
    JsonNode line = JSON.readTree(found);
    long revision = line.path("revision").asLong();
    RoutingTable now = tables.get();
    RoutingTable table = now.revision() == revision ? now : tree.tableAt(revision);
    Replay replay = Replay.of(table, line, List.of());
    ObjectNode answer = JSON.createObjectNode();
    answer.set("request", line);
    Explanation explanation = replay.explanation();
    answer.set("explanation", explanation == null ? null : explanation.json());
    answer.put("as_recorded", replay.asRecorded());
    ArrayNode notes = answer.putArray("notes");
    replay.notes().forEach(notes::add);
    return answer;
  }
}
