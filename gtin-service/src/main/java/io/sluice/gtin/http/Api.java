package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The routes of the public and of the private listener. */
final class Api {
  private static final int MOST_ID = 128;

  /** What can be a packed link; shorter ones hold no number. */
  private static final String PACKED = "\\/[A-Za-z0-9_-]{10,}";

  private final Vertx vertx;
  private final Batches batches;
  private final NumberRoutes numbers;
  private final LinkRoutes links;
  private final ItemRoutes items;
  private final LookupRoutes lookups;
  private final SearchRoutes searches;
  private final WriteRoutes writes;
  private final ImportRoutes imports;
  private final ExportRoutes exports;
  private final ChangeRoutes changes;
  private final BooleanSupplier ready;
  private final RequestMeters meters;
  private final PrivateNames names;

  Api(
      Vertx vertx,
      Catalogue catalogue,
      Accept accept,
      Knowledge knowledge,
      PrivateNames names,
      BooleanSupplier ready,
      RequestMeters meters) {
    this.vertx = vertx;
    this.names = names;
    CodeAnswers answers = new CodeAnswers(catalogue, accept, knowledge);
    this.batches = new Batches(vertx, answers);
    this.numbers = new NumberRoutes(vertx, answers, batches);
    this.items = new ItemRoutes(vertx, catalogue, answers);
    this.lookups = new LookupRoutes(batches, items);
    this.searches = new SearchRoutes(vertx, catalogue, items);
    this.links = new LinkRoutes(vertx, answers);
    this.writes = new WriteRoutes(vertx, catalogue, answers);
    this.imports = new ImportRoutes(vertx, catalogue, knowledge.prefixes());
    this.exports = new ExportRoutes(vertx, catalogue);
    this.changes = new ChangeRoutes(vertx, catalogue, answers);
    this.ready = ready;
    this.meters = meters;
  }

  /** What a path takes: handlers in their order, by method. */
  private static final class Path {
    private final Router router;
    private final String path;
    private final @Nullable String pattern;
    private final Map<HttpMethod, List<Handler<RoutingContext>>> methods = new LinkedHashMap<>();
    private boolean anyQuery;

    /**
     * @param path also its name
     * @param pattern of its addresses, where the path itself does not say
     */
    Path(Router router, String path, @Nullable String pattern) {
      this.router = router;
      this.path = path;
      this.pattern = pattern;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final Path on(HttpMethod method, Handler<RoutingContext>... handlers) {
      return on(method, List.of(handlers));
    }

    Path on(HttpMethod method, List<Handler<RoutingContext>> handlers) {
      methods.put(method, handlers);
      return this;
    }

    /** A link's query may carry whatever its maker likes. */
    Path withAnyQuery() {
      anyQuery = true;
      return this;
    }

    /** HEAD goes with GET, OPTIONS is answered, anything else is refused. */
    void serve() {
      List<String> names = new ArrayList<>();
      methods.forEach(
          (method, handlers) -> {
            names.add(method.name());
            if (method == HttpMethod.GET) {
              names.add("HEAD");
            }
            List<Handler<RoutingContext>> all = new ArrayList<>();
            if (!anyQuery) {
              all.add(Query.checking(path, method));
            }
            all.addAll(handlers);
            if (method == HttpMethod.GET) {
              Route route = route().method(method).method(HttpMethod.HEAD);
              all.forEach(route::handler);
              return;
            }
            // A route for each, as one that takes the body has to be the first of its route.
            all.forEach(handler -> route().method(method).handler(handler));
          });
      names.add("OPTIONS");
      String allowed = String.join(", ", names);
      route().method(HttpMethod.OPTIONS).handler(context -> allow(context, allowed));
      route().handler(context -> refuseMethod(context, allowed));
    }

    private Route route() {
      return pattern == null ? router.route(path) : router.routeWithRegex(pattern).setName(path);
    }
  }

  private static Path path(Router router, String path) {
    return new Path(router, path, null);
  }

  Router publicRouter() {
    Router router = router();
    router.route().handler(Api::forEveryOrigin);
    addItem(router, item(router));
    addReading(router);
    return router;
  }

  Router privateRouter() {
    Router router = router();
    addItem(
        router,
        item(router)
            .on(
                HttpMethod.PUT,
                own(MediaType::checkCoding, body(), MediaType::onlyJson, writes::put))
            .on(
                HttpMethod.PATCH,
                own(MediaType::checkCoding, body(), MediaType::onlyPatch, writes::patch))
            .on(HttpMethod.DELETE, own(writes::delete)));
    path(router, "/v1/items/:code/history").on(HttpMethod.GET, own(changes::history)).serve();
    path(router, "/v1/imports")
        .on(HttpMethod.POST, own(MediaType::checkCoding, imports::begin))
        .on(HttpMethod.GET, own(imports::list))
        .serve();
    path(router, "/v1/imports/:id")
        .on(HttpMethod.GET, own(imports::status))
        .on(HttpMethod.DELETE, own(imports::cancel))
        .serve();
    path(router, "/v1/changes").on(HttpMethod.GET, own(changes::since)).serve();
    path(router, "/v1/export").on(HttpMethod.GET, own(exports::send)).serve();
    path(router, "/v1/imports/:id/rejects").on(HttpMethod.GET, own(imports::rejects)).serve();
    path(router, "/metrics").on(HttpMethod.GET, meters::scrape).serve();
    addReading(router);
    return router;
  }

  /** The handlers of what the public address has not, behind the check of who asks. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  private List<Handler<RoutingContext>> own(Handler<RoutingContext>... handlers) {
    List<Handler<RoutingContext>> all = new ArrayList<>();
    all.add(names::check);
    all.addAll(List.of(handlers));
    return all;
  }

  private Router router() {
    Router router = Router.router(vertx);
    router.route().handler(meters::count).handler(Api::identify).handler(Api::checkQuery);
    router.errorHandler(
        400,
        context -> {
          if (context.request().authority() == null) {
            Sending.problem(
                context, Problem.MALFORMED_HOST, "expected a host, with a port or without");
          } else {
            Sending.problem(context, Problem.MALFORMED_PATH, "expected percent-encoded text");
          }
        });
    router.errorHandler(404, Api::unknownPath);
    router.errorHandler(
        413,
        context ->
            Sending.problem(
                context,
                Problem.BODY_TOO_LARGE,
                "expected a body of at most " + Bodies.MOST_BYTES + " bytes"));
    router.errorHandler(500, Failures::answer);
    return router;
  }

  /** What is asked most comes first: routes are tried in their order. */
  private Path item(Router router) {
    return path(router, "/v1/items/:code").on(HttpMethod.GET, items::one);
  }

  private void addItem(Router router, Path item) {
    item.serve();
    new Path(router, "/v1/items:lookup", "\\/v1\\/items:lookup")
        .on(
            HttpMethod.POST,
            MediaType::checkCoding,
            lookups::lines,
            body(),
            MediaType::onlyJson,
            lookups::array)
        .serve();
    path(router, "/v1/items").on(HttpMethod.GET, searches::search).serve();
    path(router, "/v1/items/:code/cases").on(HttpMethod.GET, items::cases).serve();
  }

  private void addReading(Router router) {
    path(router, "/v1/gtins/:code").on(HttpMethod.GET, numbers::one).serve();
    path(router, "/v1/gtins")
        .on(HttpMethod.POST, MediaType::checkCoding, body(), MediaType::onlyJson, numbers::many)
        .serve();
    path(router, "/v1/problems").on(HttpMethod.GET, Api::problems).serve();
    path(router, "/v1/problems/:problem").on(HttpMethod.GET, Api::problem).serve();
    path(router, "/").on(HttpMethod.GET, Api::home).serve();
    path(router, "/01/*").withAnyQuery().on(HttpMethod.GET, links::resolve).serve();
    path(router, "/.well-known/gs1resolver").on(HttpMethod.GET, LinkRoutes::description).serve();
    path(router, "/openapi.json").on(HttpMethod.GET, OpenApi::send).serve();
    path(router, "/healthz")
        .on(
            HttpMethod.GET,
            context -> Sending.json(context, 200, new JsonObject().put("status", "ok")))
        .serve();
    path(router, "/readyz").on(HttpMethod.GET, this::ready).serve();
    new Path(router, "/:packed", PACKED).withAnyQuery().on(HttpMethod.GET, links::resolve).serve();
  }

  /** What there is, for who comes without knowing; a browser gets a page. */
  private static void home(RoutingContext context) {
    if (Sending.isForPeople(context)) {
      Sending.page(context, 200, Pages.home(), Sending.A_DAY);
    } else {
      Sending.lasting(
          context,
          200,
          new JsonObject()
              .put("description", "/openapi.json")
              .put("items", "/v1/items/{code}")
              .put("numbers", "/v1/gtins/{code}")
              .put("links", "/01/{gtin}"));
    }
  }

  private static BodyHandler body() {
    return BodyHandler.create(false).setBodyLimit(Bodies.MOST_BYTES);
  }

  /** What is shown to everybody may be shown by any web page. */
  private static void forEveryOrigin(RoutingContext context) {
    context
        .response()
        .putHeader("Access-Control-Allow-Origin", "*")
        .putHeader(
            "Access-Control-Expose-Headers",
            "Catalogue-State, ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");
    context.next();
  }

  /** A query that cannot be read is refused before anybody asks for a part of it. */
  private static void checkQuery(RoutingContext context) {
    try {
      context.request().params();
    } catch (IllegalArgumentException malformed) {
      Sending.problem(
          context, Problem.MALFORMED_PARAMETER, "expected a query in percent-encoded text");
      return;
    }
    context.next();
  }

  /** The id that the gateway has given a request comes back with the answer. */
  private static void identify(RoutingContext context) {
    String id = context.request().getHeader("X-Request-Id");
    if (id != null && id.length() <= MOST_ID) {
      context.response().putHeader("X-Request-Id", id);
    }
    context.next();
  }

  /** The answer to a web page that asks whether it may (Fetch, "CORS-preflight request"). */
  private static void allow(RoutingContext context, String methods) {
    HttpServerResponse response = context.response().setStatusCode(204).putHeader("Allow", methods);
    // No page of another origin has a say on the private listener.
    if (response.headers().contains("Access-Control-Allow-Origin")) {
      response
          .putHeader("Access-Control-Allow-Methods", methods)
          .putHeader("Access-Control-Allow-Headers", "Content-Type, If-None-Match, Accept")
          .putHeader("Access-Control-Max-Age", "86400");
    }
    response.end();
  }

  private static void refuseMethod(RoutingContext context, String allowed) {
    context.response().putHeader("Allow", allowed);
    Sending.problem(
        context,
        Problem.METHOD_NOT_ALLOWED,
        "found " + context.request().method() + ", expected " + allowed);
  }

  private static void unknownPath(RoutingContext context) {
    Sending.problem(
        context,
        Problem.NO_SUCH_PATH,
        "found "
            + context.request().method()
            + " "
            + context.request().path()
            + ", expected a path of the API");
  }

  private static void problems(RoutingContext context) {
    JsonObject all = new JsonObject();
    Problem.meanings().forEach(all::put);
    Sending.lasting(context, 200, all);
  }

  private static void problem(RoutingContext context) {
    String code = context.pathParam("problem");
    String meaning = Problem.meanings().get(code);
    if (meaning == null) {
      Sending.problem(context, Problem.NO_SUCH_PATH, "found no problem " + code);
    } else {
      Sending.lasting(context, 200, new JsonObject(Map.of(code, meaning)));
    }
  }

  private void ready(RoutingContext context) {
    boolean now = ready.getAsBoolean();
    Sending.json(context, now ? 200 : 503, new JsonObject().put("ready", now));
  }

  void close() {
    imports.close();
    batches.close();
  }
}
