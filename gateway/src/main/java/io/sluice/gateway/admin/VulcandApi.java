package io.sluice.gateway.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.GoDuration;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.RouteTree;
import io.sluice.gateway.fleet.VulcandShape;
import io.sluice.gateway.telemetry.OwnLog;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /v2}, Vulcand's own API, so that {@code vctl} and the scripts of its operators go on: its
 * paths and shapes, written by the same check and the same commit as Sluice's commands. A client's
 * mistake is 400 where Vulcand says 500. Blocks; one thread at a time.
 */
final class VulcandApi {
  /**
   * A request.
   *
   * @param path as it came, without its query
   * @param json whether the body is said to be JSON, which no page of another origin may say
   * @param from who sent it, for the history
   */
  record Request(
      String method,
      String path,
      Map<String, String> query,
      boolean json,
      String body,
      String from) {}

  /** An answer; always JSON. */
  record Answer(int status, JsonNode body) {
    /** As Go writes it: what HTML reads is escaped. */
    String text() {
      return body.toString()
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(VulcandApi.class);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final String NOTHING_THERE = "Object not found";
  private static final String NO_KEY = "Key not found";

  private static final Map<String, Kind> COLLECTIONS =
      Map.of(
          "hosts", Kind.HOST,
          "listeners", Kind.LISTENER,
          "frontends", Kind.FRONTEND,
          "backends", Kind.BACKEND);
  private static final Map<String, Kind> OWNED =
      Map.of("frontends/middlewares", Kind.MIDDLEWARE, "backends/servers", Kind.SERVER);

  private final RouteTree tree;
  private final RecentTraffic traffic;

  VulcandApi(RouteTree tree, RecentTraffic traffic) {
    this.tree = tree;
    this.traffic = traffic;
  }

  /** Whether a path is of this API. */
  static boolean isOf(String path) {
    String plain = path.replaceAll("/+", "/");
    return plain.startsWith("/v2/") || plain.equals("/v2") || plain.startsWith("/v1/");
  }

  Answer answer(Request request) throws InterruptedException {
    try {
      return new Answer(200, dispatch(request));
    } catch (ApiException refused) {
      return message(refused.status(), String.valueOf(refused.getMessage()));
    } catch (RouteTree.RefusedException refused) {
      int status =
          switch (refused.kind()) {
            case BAD -> 400;
            case CONFLICT -> 409;
            case ELSEWHERE -> 405;
          };
      return message(status, String.valueOf(refused.getMessage()));
    } catch (IOException away) {
      LOG.warn("/v2: {}", away.getMessage());
      return message(503, "the store cannot be reached: " + away.getMessage());
    }
  }

  private static Answer message(int status, String text) {
    return new Answer(status, JSON.createObjectNode().put("message", text));
  }

  private JsonNode dispatch(Request request)
      throws IOException, InterruptedException, ApiException, RouteTree.RefusedException {
    List<String> path = segments(request.path());
    String first = path.isEmpty() ? "" : path.removeFirst();
    String what = String.join("/", path);
    if (what.equals("status") && request.method().equals("GET")) {
      return JSON.createObjectNode().put("Status", "ok");
    }
    if (!first.equals("v2")) {
      throw new ApiException(404, NOTHING_THERE);
    }
    return switch (what) {
      case "log/severity" -> severity(request);
      case "top/frontends" -> top(request, true);
      case "top/servers" -> top(request, false);
      default -> object(request, path);
    };
  }

  /** Between single slashes; several count as one, as people's scripts have them. */
  private static List<String> segments(String path) throws ApiException {
    List<String> segments = new ArrayList<>();
    String plain = path.replaceAll("/+", "/");
    for (String segment : plain.substring(1).split("/", -1)) {
      if (segment.isEmpty() || segment.toLowerCase(Locale.ROOT).contains("%2f")) {
        throw new ApiException(404, NOTHING_THERE);
      }
      try {
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException unreadable) {
        throw new ApiException(404, NOTHING_THERE);
      }
    }
    return segments;
  }

  private static JsonNode severity(Request request) throws ApiException {
    return switch (request.method()) {
      case "GET" -> JSON.createObjectNode().put("severity", OwnLog.level());
      case "PUT" -> setSeverity(request);
      default -> throw new ApiException(404, NOTHING_THERE);
    };
  }

  private static JsonNode setSeverity(Request request) throws ApiException {
    String wanted = request.query().getOrDefault("severity", "");
    for (String pair : request.body().split("&", -1)) {
      if (pair.startsWith("severity=")) {
        wanted = URLDecoder.decode(pair.substring("severity=".length()), StandardCharsets.UTF_8);
      }
    }
    if (!OwnLog.setLevel(wanted)) {
      throw new ApiException(400, "severity: found \"" + wanted + "\", expected " + OwnLog.LEVELS);
    }
    LOG.info("the log's severity is {} now, as {} wants it", wanted, request.from());
    return JSON.createObjectNode().put("message", "severity is " + OwnLog.level());
  }

  private JsonNode top(Request request, boolean frontends)
      throws IOException, InterruptedException, ApiException {
    if (!request.method().equals("GET")) {
      throw new ApiException(404, NOTHING_THERE);
    }
    long limit = Long.MAX_VALUE;
    String said = request.query().getOrDefault("limit", "");
    try {
      limit = said.isEmpty() || said.startsWith("-") ? limit : Long.parseLong(said);
    } catch (NumberFormatException notOne) {
      throw new ApiException(400, "limit: found \"" + said + "\", expected a number");
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = answer.putArray(frontends ? "Frontends" : "Servers");
    if (!frontends) {
      return answer;
    }
    SortedMap<String, String> values = tree.read(folder(Kind.FRONTEND, ""));
    String backend = request.query().getOrDefault("backendId", "");
    boolean known = Kind.BACKEND.isId(backend) && isThere(Kind.BACKEND, backend);
    List<ObjectNode> entries = new ArrayList<>();
    traffic
        .stats()
        .forEach(
            (id, stats) -> {
              String value = values.get(Kind.FRONTEND.key(id));
              ObjectNode entry =
                  value == null ? null : VulcandShape.of(Kind.FRONTEND, id, parsed(value));
              if (entry != null && (!known || entry.path("BackendId").asText().equals(backend))) {
                entry.remove("Settings");
                entries.add(entry.set("Stats", stats));
              }
            });
    entries.sort(
        Comparator.comparingLong(
                (ObjectNode entry) -> entry.path("Stats").path("Counters").path("Total").asLong())
            .reversed());
    entries.stream().limit(limit).forEach(list::add);
    return answer;
  }

  private static JsonNode parsed(String value) {
    try {
      JsonNode node = JSON.readTree(value);
      return node.isObject() ? node : JSON.createObjectNode();
    } catch (JsonProcessingException broken) {
      return JSON.createObjectNode();
    }
  }

  private JsonNode object(Request request, List<String> path)
      throws IOException, InterruptedException, ApiException, RouteTree.RefusedException {
    Kind owner = path.isEmpty() ? null : COLLECTIONS.get(path.getFirst());
    boolean owned = path.size() >= 3;
    Kind kind = owned ? OWNED.get(path.getFirst() + "/" + path.get(2)) : owner;
    if (owner == null || kind == null || path.size() > 4) {
      throw new ApiException(404, NOTHING_THERE);
    }
    String prefix = owned ? path.get(1) + "/" : "";
    boolean one = path.size() == (owned ? 4 : 2);
    String id = one ? prefix + path.getLast() : prefix;
    return switch (request.method() + (one ? " one" : " all")) {
      case "GET all" -> list(kind, prefix);
      case "GET one" -> show(kind, id);
      case "POST all" -> write(kind, owned ? owner : null, prefix, request);
      case "DELETE one" -> delete(kind, id, request);
      default -> throw new ApiException(404, NOTHING_THERE);
    };
  }

  private JsonNode list(Kind kind, String prefix) throws IOException, InterruptedException {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = answer.putArray(plural(kind));
    tree.read(folder(kind, prefix))
        .forEach(
            (key, value) -> {
              String id = kind.findId(key);
              if (id != null) {
                list.add(VulcandShape.shown(kind, id, parsed(tree.opened(key, value))));
              }
            });
    return answer;
  }

  private JsonNode show(Kind kind, String id)
      throws IOException, InterruptedException, ApiException {
    String value = tree.find(kind.key(id));
    if (value == null) {
      throw new ApiException(404, NO_KEY);
    }
    return VulcandShape.shown(kind, id, parsed(tree.opened(kind.key(id), value)));
  }

  private JsonNode write(Kind kind, @Nullable Kind owner, String prefix, Request request)
      throws IOException, InterruptedException, ApiException, RouteTree.RefusedException {
    if (!request.json()) {
      throw new ApiException(415, "expected Content-Type application/json");
    }
    JsonNode body = body(request.body());
    JsonNode said = VulcandShape.find(body, singular(kind));
    if (!(said instanceof ObjectNode record)) {
      throw new ApiException(
          400,
          "found no object in " + singular(kind) + ", expected {\"" + singular(kind) + "\":{…}}");
    }
    JsonNode name = VulcandShape.find(record, kind == Kind.HOST ? "Name" : "Id");
    String id = name == null ? "" : prefix + name.asText();
    if (!kind.isId(id)) {
      throw new ApiException(
          400,
          (kind == Kind.HOST ? "Name" : "Id")
              + ": found "
              + (name == null ? "nothing" : "\"" + name.asText() + "\"")
              + ", expected a name without slashes");
    }
    Duration time = time(VulcandShape.find(body, "TTL"));
    if (owner != null && !isThere(owner, prefix.substring(0, prefix.length() - 1))) {
      throw new ApiException(404, NO_KEY);
    }
    String key = kind.key(id);
    ObjectNode stored = VulcandShape.of(kind, id, record);
    if (kind == Kind.FRONTEND && isOfNoBackend(stored)) {
      throw new ApiException(
          404,
          "BackendId: found \"" + stored.path("BackendId").asText() + "\", which is not there");
    }
    keepPair(stored, key);
    if (kind != Kind.MIDDLEWARE) {
      VulcandShape.dropUnknown(key, stored);
    }
    Map<String, @Nullable String> wanted = new TreeMap<>();
    wanted.put(key, stored + "\n");
    boolean leased = kind == Kind.FRONTEND || kind == Kind.SERVER || kind == Kind.MIDDLEWARE;
    tree.write(wanted, leased ? key : "", time, request.from());
    return VulcandShape.shown(kind, id, stored);
  }

  private boolean isOfNoBackend(ObjectNode frontend) throws IOException, InterruptedException {
    String backend = frontend.path("BackendId").asText();
    return !backend.isEmpty() && !(Kind.BACKEND.isId(backend) && isThere(Kind.BACKEND, backend));
  }

  private boolean isThere(Kind kind, String id) throws IOException, InterruptedException {
    return tree.find(kind.key(id)) != null;
  }

  /** Where the objects of a kind are; of one owner, where a prefix says whose. */
  private static String folder(Kind kind, String prefix) {
    String any = kind.key(prefix + "*");
    return any.substring(0, any.lastIndexOf('*'));
  }

  /** Whoever writes back what was shown to them has no private key: that one stays. */
  private void keepPair(ObjectNode record, String key) throws IOException, InterruptedException {
    JsonNode pair = record.path("Settings").path("KeyPair");
    boolean wantsPair = pair.isObject() && VulcandShape.find(pair, "Key") == null;
    JsonNode auto = record.path("Settings").path("AutoCert");
    boolean wantsKey = auto.isObject() && auto.path("Key").asText("").isEmpty();
    String before = wantsPair || wantsKey ? tree.find(key) : null;
    if (before == null) {
      return;
    }
    JsonNode settings = parsed(before).path("Settings");
    JsonNode kept = settings.path("KeyPair");
    if (wantsPair && !kept.isMissingNode() && !kept.isNull()) {
      ((ObjectNode) record.path("Settings")).set("KeyPair", kept);
    }
    JsonNode account = settings.path("AutoCert").path("Key");
    if (wantsKey && account.isTextual()) {
      ((ObjectNode) auto).set("Key", account);
    }
  }

  private static JsonNode body(String text) throws ApiException {
    try {
      JsonNode body = JSON.readTree(text);
      if (body.isObject()) {
        return body;
      }
    } catch (JsonProcessingException unreadable) {
      throw new ApiException(400, "found unreadable JSON, expected an object");
    }
    throw new ApiException(400, "found no JSON object, expected one");
  }

  private static Duration time(@Nullable JsonNode ttl) throws ApiException {
    String text = ttl == null ? "" : ttl.isTextual() ? ttl.textValue() : ttl + " ";
    try {
      boolean none = text.isEmpty() || text.startsWith("-");
      return none ? Duration.ZERO : GoDuration.parse(text);
    } catch (IllegalArgumentException notOne) {
      throw new ApiException(400, "TTL: found " + ttl + ", expected a duration such as \"30s\"");
    }
  }

  private JsonNode delete(Kind kind, String id, Request request)
      throws IOException, InterruptedException, ApiException, RouteTree.RefusedException {
    String key = kind.key(id);
    if (!isThere(kind, id)) {
      throw new ApiException(404, NO_KEY);
    }
    if (kind == Kind.BACKEND) {
      List<String> users = users(id);
      if (!users.isEmpty()) {
        throw new ApiException(409, "backend " + id + " is used by the frontends " + users);
      }
    }
    Map<String, @Nullable String> gone = new TreeMap<>();
    gone.put(key, null);
    if (kind == Kind.BACKEND || kind == Kind.FRONTEND) {
      String folder = key.substring(0, key.lastIndexOf('/') + 1);
      tree.read(folder).keySet().forEach(each -> gone.put(each, null));
    }
    tree.write(gone, "", Duration.ZERO, request.from());
    String named = kind == Kind.HOST ? "Host '" + id + "'" : singular(kind);
    return JSON.createObjectNode().put("message", named + " deleted");
  }

  private List<String> users(String backend) throws IOException, InterruptedException {
    List<String> users = new ArrayList<>();
    tree.read(folder(Kind.FRONTEND, ""))
        .forEach(
            (key, value) -> {
              String frontend = Kind.FRONTEND.findId(key);
              if (frontend != null && names(parsed(value), backend)) {
                users.add(frontend);
              }
            });
    return users;
  }

  private static boolean names(JsonNode frontend, String backend) {
    JsonNode one = VulcandShape.find(frontend, "BackendId");
    JsonNode split = VulcandShape.find(frontend, "Split");
    boolean named = one != null && one.asText().equals(backend);
    for (JsonNode share : split == null ? JSON.createArrayNode() : split) {
      JsonNode of = VulcandShape.find(share, "BackendId");
      named |= of != null && of.asText().equals(backend);
    }
    return named;
  }

  private static String singular(Kind kind) {
    String name = kind.toString();
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private static String plural(Kind kind) {
    return singular(kind) + "s";
  }
}
