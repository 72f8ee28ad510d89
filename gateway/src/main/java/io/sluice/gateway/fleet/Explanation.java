package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.config.StageType;
import io.sluice.gateway.exchange.RequestInput;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.ProxyError;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.route.RouteIndex;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.table.RoutingTable;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a table sends a request, and why.
 *
 * @param listener through which it comes
 * @param refused why the listener itself refuses it; empty when it does not
 * @param frontend the one that takes it; null where none does
 * @param backends where that one sends it, with the share of each in percent
 * @param stages what each of its stages says, up to the one that answers, by their ids
 * @param candidates the frontends in question, first those that match in their order, then those
 *     that nearly do
 */
public record Explanation(
    String listener,
    String refused,
    @Nullable CompiledFrontend frontend,
    Map<String, Integer> backends,
    Map<String, String> stages,
    List<Candidate> candidates) {
  private static final int MOST_NEAR = 10;
  private static final JsonMapper JSON = new JsonMapper();

  /** A frontend in question, and what speaks for or against it. */
  public record Candidate(String frontend, boolean matches, String because) {}

  /**
   * A request.
   *
   * @param uri absolute, of http or https
   * @param client who sends it
   */
  public record Request(
      String method, URI uri, List<Map.Entry<String, String>> headers, InetAddress client) {
    /** The authority that a client would send. */
    String authority() {
      return uri.getRawAuthority();
    }

    /** The port that a client would connect to. */
    public int port() {
      return uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private String target() {
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }
  }

  /** Says what a listener of a table does with a request. */
  public static Explanation of(RoutingTable table, CompiledListener listener, Request request) {
    RouteInput seen;
    RequestHead head;
    try {
      head = head(request);
      seen = new RequestInput(head, new MatchFailures());
    } catch (ProxyError refused) {
      return new Explanation(
          listener.id(), refused.reason().text(), null, Map.of(), Map.of(), List.of());
    }
    if (listener.scope() != null && !listener.scope().matches(seen)) {
      return new Explanation(
          listener.id(),
          "the listener's Scope does not take it: " + listener.scope(),
          null,
          Map.of(),
          Map.of(),
          List.of());
    }
    boolean forAll =
        listener.written().isDefault()
            || table.allListeners().stream().noneMatch(each -> each.written().isDefault());
    List<CompiledFrontend> matching = new ArrayList<>();
    List<CompiledFrontend> others = new ArrayList<>();
    for (CompiledFrontend each : table.frontends().values()) {
      if (isAt(each, listener, forAll) && each.route().matches(seen)) {
        matching.add(each);
      } else {
        others.add(each);
      }
    }
    List<CompiledFrontend> ordered = ordered(matching, seen);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      candidates.add(
          new Candidate(
              ordered.get(i).id(),
              true,
              i == 0 ? wins(ordered) : "frontend " + ordered.getFirst().id() + " comes first"));
    }
    others.stream()
        .map(each -> near(each, listener, seen))
        .sorted(Comparator.comparingInt(Near::mismatches).thenComparing(each -> each.it.frontend))
        .limit(MOST_NEAR)
        .forEach(each -> candidates.add(each.it));
    CompiledFrontend first = ordered.isEmpty() ? null : ordered.getFirst();
    Map<String, String> stages = new LinkedHashMap<>();
    if (first != null) {
      boolean secure = "https".equals(request.uri().getScheme());
      first.chain().rehearse(new RehearsedExchange(head, request.client(), secure), stages::put);
    }
    return new Explanation(
        listener.id(), "", first, first == null ? Map.of() : shares(first), stages, candidates);
  }

  /**
   * The listener through which a request comes.
   *
   * @param id of the listener; null for the one at its port, or else the default one, or the only
   *     one that speaks its scheme
   * @throws IllegalArgumentException when there is none, or more than one
   */
  public static CompiledListener through(RoutingTable table, Request request, @Nullable String id) {
    int port = request.port();
    boolean secure = "https".equals(request.uri().getScheme());
    List<CompiledListener> all = List.copyOf(table.allListeners());
    List<CompiledListener> found =
        all.stream()
            .filter(each -> id == null ? each.written().port() == port : each.id().equals(id))
            .toList();
    if (found.isEmpty() && id == null) {
      List<CompiledListener> defaults =
          all.stream().filter(each -> each.written().isDefault()).toList();
      found = defaults.isEmpty() ? all : defaults;
      if (found.size() > 1) {
        found = found.stream().filter(each -> (each.names() != null) == secure).toList();
      }
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "found "
              + (found.isEmpty() ? "none" : "several")
              + " for this request, expected one of "
              + all.stream().map(CompiledListener::id).sorted().toList());
    }
    return found.getFirst();
  }

  /**
   * A URL as people and clients write it: what Java does not take as it is gets encoded, and the
   * scheme's case does not matter.
   *
   * @throws IllegalArgumentException for what is none
   */
  public static URI uri(String url) {
    int scheme = url.indexOf("://");
    String lower = scheme < 0 ? url : url.substring(0, scheme).toLowerCase(Locale.ROOT);
    StringBuilder text = new StringBuilder();
    byte[] bytes = (lower + url.substring(lower.length())).getBytes(StandardCharsets.UTF_8);
    boolean authority = true;
    for (int i = 0; i < bytes.length; i++) {
      // Brackets stand around an address alone (RFC 3986 section 3.2.2).
      authority &= i < scheme + "://".length() || bytes[i] != '/';
      String not = authority ? "\"<>^`{|}\\" : "\"<>[]^`{|}\\";
      boolean plain = bytes[i] > ' ' && bytes[i] < 0x7f && not.indexOf(bytes[i]) < 0;
      boolean escape = bytes[i] == '%' && !(isHex(bytes, i + 1) && isHex(bytes, i + 2));
      text.append(plain && !escape ? "" + (char) bytes[i] : "%%%02X".formatted(bytes[i] & 0xff));
    }
    return URI.create(text.toString());
  }

  private static boolean isHex(byte[] bytes, int at) {
    return at < bytes.length && Character.digit(bytes[at], 16) >= 0;
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("listener", listener);
    json.put("refused", refused);
    json.put("frontend", frontend == null ? null : frontend.id());
    json.put("backend", backends.keySet().stream().findFirst().orElse(null));
    json.set("backends", JSON.valueToTree(backends));
    json.set("candidates", JSON.valueToTree(candidates));
    ArrayNode list = json.putArray("stages");
    if (frontend != null) {
      json.put("unavailable", frontend.unavailable() == null ? "" : "" + frontend.unavailable());
      for (Middleware each : frontend.middlewares()) {
        list.addObject()
            .put("id", each.id())
            .put("type", StageType.of(each.spec()).written())
            .put("priority", each.priority())
            .put("verdict", stages.getOrDefault(each.id(), "not reached"));
      }
    }
    return json;
  }

  private record Near(int mismatches, Candidate it) {}

  private static Near near(CompiledFrontend frontend, CompiledListener listener, RouteInput seen) {
    List<String> mismatches = frontend.route().mismatches(seen);
    String because =
        mismatches.isEmpty()
            ? "its Listeners are "
                + (frontend.written().listeners().isEmpty()
                    ? "the default ones"
                    : String.join(", ", frontend.written().listeners()))
                + ", not "
                + listener.id()
            : "not for " + String.join(", ", mismatches);
    return new Near(mismatches.size(), new Candidate(frontend.id(), false, because));
  }

  /** In the order in which the gateway prefers them. */
  private static List<CompiledFrontend> ordered(List<CompiledFrontend> matching, RouteInput seen) {
    List<CompiledFrontend> left = new ArrayList<>(matching);
    List<CompiledFrontend> ordered = new ArrayList<>();
    while (!left.isEmpty() && ordered.size() < MOST_NEAR) {
      RouteIndex<CompiledFrontend> index =
          RouteIndex.of(
              left.stream()
                  .map(
                      each ->
                          new RouteIndex.Entry<>(
                              each.id(), each.written().priority(), each.route(), each))
                  .toList());
      CompiledFrontend next = index.match(seen);
      if (next == null) {
        return ordered;
      }
      ordered.add(next);
      left.remove(next);
    }
    return ordered;
  }

  private static String wins(List<CompiledFrontend> ordered) {
    CompiledFrontend first = ordered.getFirst();
    if (ordered.size() == 1) {
      return "no other one matches";
    }
    CompiledFrontend second = ordered.get(1);
    if (first.written().priority() != second.written().priority()) {
      return "its Priority is " + first.written().priority();
    }
    return first.route().toString().equals(second.route().toString())
        ? "of equal routes the id that sorts first wins"
        : "its route is the most specific";
  }

  /**
   * @param forAll whether frontends that name no listener are reachable here
   */
  private static boolean isAt(
      CompiledFrontend frontend, CompiledListener listener, boolean forAll) {
    List<String> named = frontend.written().listeners();
    return named.isEmpty() ? forAll : named.contains(listener.id());
  }

  private static Map<String, Integer> shares(CompiledFrontend frontend) {
    List<Split.Share> written = frontend.written().split().shares();
    long all = Math.max(1, written.stream().mapToLong(Split.Share::weight).sum());
    Map<String, Integer> shares = new LinkedHashMap<>();
    written.forEach(each -> shares.put(each.backendId(), (int) (100L * each.weight() / all)));
    return shares;
  }

  private static RequestHead head(Request request) {
    RequestHead head = new RequestHead();
    Http2RequestRules.begin(head);
    Fields fields = head.fields();
    request.headers().forEach(each -> fields.add(each.getKey(), each.getValue()));
    Http2RequestRules.apply(
        head, request.method(), request.target(), request.authority(), null, true);
    return head;
  }
}
