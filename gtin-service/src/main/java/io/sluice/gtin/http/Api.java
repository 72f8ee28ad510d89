package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
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
  private static final String READING = "GET, HEAD, OPTIONS";

  private final Vertx vertx;
  private final NumberRoutes numbers;
  private final ItemRoutes items;
  private final BooleanSupplier ready;
  private final RequestMeters meters;

  Api(
      Vertx vertx,
      Catalogue catalogue,
      Accept accept,
      BooleanSupplier ready,
      RequestMeters meters) {
    this.vertx = vertx;
    this.numbers = new NumberRoutes(vertx, catalogue, accept);
    this.items = new ItemRoutes(numbers, accept);
    this.ready = ready;
    this.meters = meters;
  }

  Router publicRouter() {
    Router router = Router.router(vertx);
    router.route().handler(meters::count).handler(Api::forEveryOrigin);
    router.options("/v1/items/:code").handler(context -> allow(context, READING));
    router.options("/v1/gtins/:code").handler(context -> allow(context, READING));
    router.options("/v1/gtins").handler(context -> allow(context, "POST, OPTIONS"));
    for (HttpMethod reading : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
      router.route(reading, "/v1/items/:code").handler(NumberRoutes::checkForm).handler(items::one);
      router
          .route(reading, "/v1/gtins/:code")
          .handler(NumberRoutes::checkForm)
          .handler(numbers::one);
    }
    router.post("/v1/gtins").handler(Api::onlyJson);
    router
        .post("/v1/gtins")
        .handler(BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES))
        .handler(numbers::many);
    for (HttpMethod reading : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
      router.route(reading, "/v1/problems").handler(Api::problems);
      router.route(reading, "/v1/problems/:problem").handler(Api::problem);
      router
          .route(reading, "/healthz")
          .handler(context -> Sending.json(context, 200, new JsonObject().put("status", "ok")));
      router.route(reading, "/readyz").handler(this::ready);
    }
    router.route("/v1/gtins").handler(context -> refuseMethod(context, "POST, OPTIONS"));
    router.route("/v1/items/:code").handler(context -> refuseMethod(context, READING));
    router.route("/v1/gtins/:code").handler(context -> refuseMethod(context, READING));
    router.errorHandler(
        400, context -> says(context, Problem.MALFORMED_PATH, "expected percent-encoded text"));
    router.errorHandler(
        404,
        context ->
            says(
                context,
                Problem.NO_SUCH_PATH,
                "found "
                    + context.request().method()
                    + " "
                    + context.request().path()
                    + ", expected a path of the API"));
    router.errorHandler(
        405,
        context ->
            says(
                context,
                Problem.METHOD_NOT_ALLOWED,
                "found " + context.request().method() + ", expected GET or HEAD"));
    router.errorHandler(
        413,
        context ->
            says(
                context,
                Problem.BODY_TOO_LARGE,
                "expected a body of at most " + MOST_BODY_BYTES + " bytes"));
    router.errorHandler(500, this::failed);
    return router;
  }

  Router privateRouter() {
    Router router = publicRouter();
    router.get("/metrics").handler(meters::scrape);
    return router;
  }

  /** What is shown to everybody may be shown by any web page. */
  private static void forEveryOrigin(RoutingContext context) {
    context
        .response()
        .putHeader("Access-Control-Allow-Origin", "*")
        .putHeader("Access-Control-Expose-Headers", "ETag");
    context.next();
  }

  /** The answer to a web page that asks whether it may (Fetch, "CORS-preflight request"). */
  private static void allow(RoutingContext context, String methods) {
    context
        .response()
        .setStatusCode(204)
        .putHeader("Allow", methods)
        .putHeader("Access-Control-Allow-Methods", methods)
        .putHeader("Access-Control-Allow-Headers", "Content-Type, If-None-Match, Accept")
        .putHeader("Access-Control-Max-Age", "86400")
        .end();
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

  private void failed(RoutingContext context) {
    LOG.error(
        "{} {} failed", context.request().method(), context.request().path(), context.failure());
    says(context, Problem.INTERNAL, "the service failed; the log says why");
  }

  private static void says(RoutingContext context, Problem problem, String detail) {
    if (context.request().method() == HttpMethod.HEAD) {
      context.response().setStatusCode(problem.status()).end();
    } else {
      NumberRoutes.problem(context, problem, detail);
    }
  }
}
