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
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How requests are decided: {@code /explain?url=…} for one that nobody sent, by the routes that are
 * served now, and {@code /requests/ID/why} for one that was answered, by the routes of its time.
 */
final class DecisionPages {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_HEADERS = 50;

  /** RFC 9110 sections 5.1 and 5.5. */
  private static final Pattern HEADER =
      Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e\\x80-\\xff]*");

  private final Supplier<RoutingTable> tables;
  private final RouteTree tree;
  private final AccessLog log;
  private final Slow explaining;
  private final Slow looking;
  private final Instant started = Instant.now();

  /**
   * @param tables what is served now
   * @param tree where it comes from, and what it was
   * @param explaining asks nobody
   * @param looking searches the log, and may ask the store
   */
  DecisionPages(
      Supplier<RoutingTable> tables, RouteTree tree, AccessLog log, Slow explaining, Slow looking) {
    this.tables = tables;
    this.tree = tree;
    this.log = log;
    this.explaining = explaining;
    this.looking = looking;
  }

  void routes(Router router) {
    router.get("/explain").handler(this::explain);
    router
        .get("/requests/:id/why")
        .handler(context -> looking.answer(context, () -> why(context.pathParam("id"))));
  }

  private void explain(RoutingContext context) {
    MultiMap query = context.queryParams();
    explaining.answer(
        context,
        () -> {
          try {
            Explanation.Request request = request(query);
            RoutingTable table = tables.get();
            CompiledListener through = Explanation.through(table, request, query.get("listener"));
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
          400,
          "url: found "
              + (url == null ? "none" : "\"" + url + "\"")
              + ", expected one such as https://shop.example/cart");
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String each : query.getAll("header")) {
      int colon = each.indexOf(':');
      if (!HEADER.matcher(each).matches() || headers.size() == MOST_HEADERS) {
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
      URI uri = Explanation.uri(url == null ? "" : url);
      boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return known && uri.getRawAuthority() != null ? uri : null;
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  private static boolean isBefore(JsonNode line, Instant time) {
    try {
      return Instant.parse(line.path("time").asText()).isBefore(time);
    } catch (DateTimeParseException none) {
      return true;
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
    // The revisions of a folder begin anew with each process.
    boolean isServed = now.revision() == revision;
    if (tree.store() == null && (!isServed || isBefore(line, started))) {
      throw new ApiException(
          404, "the routes of that time are gone, as this gateway follows a folder");
    }
    RoutingTable table = isServed ? now : tree.tableAt(revision);
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
