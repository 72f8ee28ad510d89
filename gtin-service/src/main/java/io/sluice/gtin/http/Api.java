package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the public and of the private listener, and what they answer. */
final class Api {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);

  /** A reading with the item that it leads to, if there is one. */
  private record Found(Reading.One reading, Optional<Item> item) {}

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final Accept accept;
  private final BooleanSupplier ready;
  private final RequestMeters meters;

  Api(
      Vertx vertx,
      Catalogue catalogue,
      Accept accept,
      BooleanSupplier ready,
      RequestMeters meters) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.accept = accept;
    this.ready = ready;
    this.meters = meters;
  }

  Router publicRouter() {
    Router router = Router.router(vertx);
    router.route().handler(meters::count);
    router.get("/v1/items/:code").handler(this::item);
    router.get("/v1/gtins/:code").handler(this::number);
    router.head("/v1/items/:code").handler(this::item);
    router.head("/v1/gtins/:code").handler(this::number);
    router
        .get("/healthz")
        .handler(
            context -> Answers.send(context.response(), 200, new JsonObject().put("status", "ok")));
    router.get("/readyz").handler(this::ready);
    router.errorHandler(
        400,
        context ->
            problem(
                context,
                400,
                "malformed-path",
                "Bad Request",
                "the path is not percent-encoded text"));
    router.errorHandler(
        404,
        context ->
            problem(
                context,
                404,
                "no-such-path",
                "Not Found",
                "found "
                    + context.request().method()
                    + " "
                    + context.request().path()
                    + ", expected a path of the API"));
    router.errorHandler(
        405,
        context ->
            problem(
                context,
                405,
                "method-not-allowed",
                "Method Not Allowed",
                "found " + context.request().method() + ", expected GET or HEAD"));
    router.errorHandler(500, this::failed);
    return router;
  }

  Router privateRouter() {
    Router router = publicRouter();
    router.get("/metrics").handler(meters::scrape);
    return router;
  }

  /** The item, whatever form its code came in. */
  private void item(RoutingContext context) {
    String code = context.pathParam("code");
    switch (accept.read(code).orElse(null)) {
      case null -> unknown(context, code);
      case Reading.Refused refused -> refused(context, refused);
      case Reading.One one -> lookUp(context, code, List.of(one));
      case Reading.Several several -> lookUp(context, code, several.candidates());
    }
  }

  /** Looks every reading up: the catalogue decides where only one of them exists. */
  private void lookUp(RoutingContext context, String code, List<Reading.One> candidates) {
    List<Future<Found>> lookups = new ArrayList<>();
    for (Reading.One candidate : candidates) {
      lookups.add(
          Future.fromCompletionStage(
              catalogue.find(candidate.gtin()).thenApply(item -> new Found(candidate, item)),
              vertx.getOrCreateContext()));
    }
    Future.all(lookups)
        .onSuccess(all -> answer(context, code, candidates, all.list()))
        .onFailure(context::fail);
  }

  private void answer(
      RoutingContext context, String code, List<Reading.One> candidates, List<Found> lookups) {
    List<Found> existing = lookups.stream().filter(found -> found.item().isPresent()).toList();
    switch (existing.size()) {
      case 0 -> unknown(context, candidates.getFirst().gtin().text());
      case 1 -> {
        Found only = existing.getFirst();
        Answers.send(
            context.response(), 200, Answers.item(code, only.reading(), only.item().orElseThrow()));
      }
      default -> {
        JsonArray items = new JsonArray();
        existing.forEach(
            found -> items.add(Answers.item(code, found.reading(), found.item().orElseThrow())));
        Answers.send(context.response(), 300, Answers.candidates(code, items));
      }
    }
  }

  /** What the code is, without looking an item up. */
  private void number(RoutingContext context) {
    String code = context.pathParam("code");
    switch (accept.read(code).orElse(null)) {
      case null -> unknown(context, code);
      case Reading.Refused refused -> refused(context, refused);
      case Reading.One one -> Answers.send(context.response(), 200, Answers.number(code, one));
      case Reading.Several several -> {
        JsonArray candidates = new JsonArray();
        several.candidates().forEach(one -> candidates.add(Answers.number(code, one)));
        Answers.send(context.response(), 300, Answers.candidates(code, candidates));
      }
    }
  }

  private void ready(RoutingContext context) {
    boolean now = ready.getAsBoolean();
    Answers.send(context.response(), now ? 200 : 503, new JsonObject().put("ready", now));
  }

  private void unknown(RoutingContext context, String code) {
    problem(context, 404, "unknown-item", "Not Found", "no item has the code " + code);
  }

  private void refused(RoutingContext context, Reading.Refused refused) {
    problem(context, 400, refused.code(), "Bad Request", refused.detail());
  }

  private void failed(RoutingContext context) {
    LOG.error(
        "{} {} failed", context.request().method(), context.request().path(), context.failure());
    problem(
        context, 500, "internal", "Internal Server Error", "the service failed; the log says why");
  }

  private static void problem(
      RoutingContext context, int status, String code, String title, String detail) {
    Answers.send(context.response(), status, Answers.problem(status, code, title, detail));
  }
}
