package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.CatalogueAway;
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
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the public and of the private listener. */
final class Api {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);
  private static final long MOST_BODY_BYTES = 1 << 20;
  private static final int MOST_ID = 128;

  private final Vertx vertx;
  private final NumberRoutes numbers;
  private final ItemRoutes items;
  private final LookupRoutes lookups;
  private final SearchRoutes searches;
  private final WriteRoutes writes;
  private final ImportRoutes imports;
  private final BooleanSupplier ready;
  private final RequestMeters meters;
  private final PrivateNames names;

  Api(
      Vertx vertx,
      Catalogue catalogue,
      Accept accept,
      PrivateNames names,
      BooleanSupplier ready,
      RequestMeters meters) {
    this.vertx = vertx;
    this.names = names;
    this.numbers = new NumberRoutes(vertx, catalogue, accept);
    this.items = new ItemRoutes(numbers);
    this.lookups = new LookupRoutes(numbers, items);
    this.searches = new SearchRoutes(vertx, catalogue, numbers);
    this.writes = new WriteRoutes(vertx, catalogue, numbers);
    this.imports = new ImportRoutes(vertx, catalogue);
    this.ready = ready;
    this.meters = meters;
  }

  /** What a path takes: handlers in their order, by method. */
  private static final class Path {
    private final Router router;
    private final String path;
    private final boolean exact;
    private final Map<HttpMethod, List<Handler<RoutingContext>>> methods = new LinkedHashMap<>();

    /**
     * @param exact whether a colon in the path is one, and names no parameter
     */
    Path(Router router, String path, boolean exact) {
      this.router = router;
      this.path = path;
      this.exact = exact;
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

    /** HEAD goes with GET, OPTIONS is answered, anything else is refused. */
    void serve() {
      List<String> names = new ArrayList<>();
      methods.forEach(
          (method, handlers) -> {
            names.add(method.name());
            if (method == HttpMethod.GET) {
              names.add("HEAD");
            }
            // A route for each, as one that takes the body has to be the first of its route.
            for (Handler<RoutingContext> handler : handlers) {
              Route route = route().method(method).handler(handler);
              if (method == HttpMethod.GET) {
                route.method(HttpMethod.HEAD);
              }
            }
          });
      names.add("OPTIONS");
      String allowed = String.join(", ", names);
      route().method(HttpMethod.OPTIONS).handler(context -> allow(context, allowed));
      route().handler(context -> refuseMethod(context, allowed));
    }

    private Route route() {
      return exact
          ? router.routeWithRegex(path.replace("/", "\\/")).setName(path)
          : router.route(path);
    }
  }

  private static Path path(Router router, String path) {
    return new Path(router, path, false);
  }

  Router publicRouter() {
    Router router = router();
    router.route().handler(Api::forEveryOrigin);
    addItem(router, path(router, "/v1/items/:code"));
    addReading(router);
    return router;
  }

  Router privateRouter() {
    Router router = router();
    addItem(
        router,
        path(router, "/v1/items/:code")
            .on(HttpMethod.PUT, own(body(), Api::onlyJson, NumberRoutes::checkForm, writes::put))
            .on(
                HttpMethod.PATCH,
                own(body(), Api::onlyJson, NumberRoutes::checkForm, writes::patch))
            .on(HttpMethod.DELETE, own(NumberRoutes::checkForm, writes::delete)));
    path(router, "/v1/items/:code/history").on(HttpMethod.GET, own(writes::history)).serve();
    path(router, "/v1/imports").on(HttpMethod.POST, own(imports::begin)).serve();
    path(router, "/v1/imports/:id").on(HttpMethod.GET, own(imports::status)).serve();
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
        400, context -> says(context, Problem.MALFORMED_PATH, "expected percent-encoded text"));
    router.errorHandler(404, Api::unknownPath);
    router.errorHandler(
        413,
        context ->
            says(
                context,
                Problem.BODY_TOO_LARGE,
                "expected a body of at most " + MOST_BODY_BYTES + " bytes"));
    router.errorHandler(500, Api::failed);
    return router;
  }

  private void addItem(Router router, Path item) {
    new Path(router, "/v1/items:lookup", true)
        .on(HttpMethod.POST, lookups::lines, body(), Api::onlyJson, lookups::array)
        .serve();
    path(router, "/v1/items").on(HttpMethod.GET, searches::search).serve();
    item.on(HttpMethod.GET, NumberRoutes::checkForm, items::one).serve();
  }

  private void addReading(Router router) {
    path(router, "/v1/gtins/:code")
        .on(HttpMethod.GET, NumberRoutes::checkForm, numbers::one)
        .serve();
    path(router, "/v1/gtins").on(HttpMethod.POST, body(), Api::onlyJson, numbers::many).serve();
    path(router, "/v1/problems").on(HttpMethod.GET, Api::problems).serve();
    path(router, "/v1/problems/:problem").on(HttpMethod.GET, Api::problem).serve();
    path(router, "/01/*").on(HttpMethod.GET, LinkRoutes::resolve).serve();
    path(router, "/.well-known/gs1resolver").on(HttpMethod.GET, LinkRoutes::description).serve();
    path(router, "/openapi.json").on(HttpMethod.GET, OpenApi::send).serve();
    path(router, "/healthz")
        .on(
            HttpMethod.GET,
            context -> Sending.json(context, 200, new JsonObject().put("status", "ok")))
        .serve();
    path(router, "/readyz").on(HttpMethod.GET, this::ready).serve();
  }

  private static BodyHandler body() {
    return BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES);
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
      says(context, Problem.MALFORMED_PARAMETER, "expected a query in percent-encoded text");
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

  /** A form would be decoded as one, which JSON is not. */
  private static void onlyJson(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    if (type != null && type.toLowerCase(Locale.ROOT).matches("application/([a-z.-]+\\+)?json.*")) {
      context.next();
    } else {
      says(
          context,
          Problem.UNSUPPORTED_MEDIA_TYPE,
          "found Content-Type " + type + ", expected application/json");
    }
  }

  private static void refuseMethod(RoutingContext context, String allowed) {
    context.response().putHeader("Allow", allowed);
    says(
        context,
        Problem.METHOD_NOT_ALLOWED,
        "found " + context.request().method() + ", expected " + allowed);
  }

  private static void unknownPath(RoutingContext context) {
    says(
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
      says(context, Problem.NO_SUCH_PATH, "found no problem " + code);
    } else {
      Sending.lasting(context, 200, new JsonObject(Map.of(code, meaning)));
    }
  }

  private void ready(RoutingContext context) {
    boolean now = ready.getAsBoolean();
    Sending.json(context, now ? 200 : 503, new JsonObject().put("ready", now));
  }

  private static void failed(RoutingContext context) {
    if (context.failure() instanceof CatalogueAway away) {
      context.response().putHeader("Retry-After", "1");
      says(context, Problem.CATALOGUE_AWAY, String.valueOf(away.getMessage()));
      return;
    }
    LOG.error(
        "{} {} failed; request {}, trace {}",
        context.request().method(),
        context.request().path(),
        context.request().getHeader("X-Request-Id"),
        context.request().getHeader("traceparent"),
        context.failure());
    says(context, Problem.INTERNAL, "the service failed; the log says why");
  }

  private static void says(RoutingContext context, Problem problem, String detail) {
    if (context.request().method() == HttpMethod.HEAD) {
      context.response().setStatusCode(problem.status()).end();
    } else {
      NumberRoutes.problem(context, problem, detail);
    }
  }

  void close() {
    imports.close();
  }
}
