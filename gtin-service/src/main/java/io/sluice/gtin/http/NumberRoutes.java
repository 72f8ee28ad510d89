package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What codes are, without looking items up: one in the path, or many in a body. */
final class NumberRoutes {
  static final int MOST_INPUTS = 1_000;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final Accept accept;

  NumberRoutes(Vertx vertx, Catalogue catalogue, Accept accept) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.accept = accept;
  }

  void one(RoutingContext context) {
    String code = context.pathParam("code");
    switch (accept.read(code, as(context)).orElse(null)) {
      case null -> unknown(context, code);
      case Reading.Refused refused -> refuse(context, refused);
      case Reading.One one -> Sending.lasting(context, 200, Answers.number(code, one));
      case Reading.Several several ->
          Sending.lasting(context, 300, Answers.candidates(code, several));
    }
  }

  /** {@code {"inputs": [text or number, …]}}, answered in their order. */
  void many(RoutingContext context) {
    JsonArray inputs = inputs(context);
    if (inputs == null) {
      return;
    }
    JsonArray results = new JsonArray();
    for (Object input : inputs) {
      results.add(result(input));
    }
    Sending.json(context, 200, new JsonObject().put("results", results));
  }

  static @Nullable JsonArray inputs(RoutingContext context) {
    JsonArray inputs;
    try {
      inputs = context.body().asJsonObject().getJsonArray("inputs");
    } catch (DecodeException | ClassCastException | NullPointerException notOne) {
      inputs = null;
    }
    if (inputs == null) {
      problem(context, Problem.MALFORMED_BODY, "expected {\"inputs\": [\"9521234543213\", …]}");
      return null;
    }
    if (inputs.size() > MOST_INPUTS) {
      problem(
          context,
          Problem.BODY_TOO_LARGE,
          "found " + inputs.size() + " inputs, expected at most " + MOST_INPUTS);
      return null;
    }
    return inputs;
  }

  private JsonObject result(@Nullable Object input) {
    boolean wellTyped = input instanceof String || input instanceof Number;
    if (!wellTyped) {
      return with(
          400, Problem.MALFORMED_BODY.body("found " + input + ", expected a text or a number"));
    }
    // A number that is not whole shows as 6.11E12, which is refused for what it is.
    String code = String.valueOf(input);
    return switch (accept.read(code, null).orElse(null)) {
      case null -> with(404, Problem.UNKNOWN_ITEM.body("no item has the code " + code));
      case Reading.Refused refused -> with(400, Answers.refused(refused));
      case Reading.One one -> with(200, Answers.number(code, one));
      case Reading.Several several -> with(300, Answers.candidates(code, several));
    };
  }

  static JsonObject with(int status, JsonObject body) {
    return new JsonObject().put("status", status).mergeIn(body);
  }

  /** Refuses a form that there is not, before anything is read as it. */
  static void checkForm(RoutingContext context) {
    String as = context.request().getParam("as");
    if (as == null || Form.find(as).isPresent()) {
      context.next();
    } else {
      problem(
          context, Problem.UNKNOWN_FORM, "found as=" + as + ", expected such as gtin-8 or upc-e");
    }
  }

  /** The form that the client says the code has; null where it does not say. */
  static @Nullable Form as(RoutingContext context) {
    String as = context.request().getParam("as");
    return as == null ? null : Form.find(as).orElse(null);
  }

  /** Says why a code is none, and which items one slip away from it there are. */
  void refuse(RoutingContext context, Reading.Refused refused) {
    JsonObject problem = Answers.refused(refused);
    if (refused.digits().isEmpty()) {
      Sending.json(context, 400, problem);
      return;
    }
    List<Future<Optional<Item>>> lookups = refused.nearMisses().stream().map(this::find).toList();
    Future.all(lookups)
        .onSuccess(
            all -> {
              List<Item> existing =
                  lookups.stream().flatMap(each -> each.result().stream()).toList();
              Sending.json(context, 400, Answers.withSuggestions(problem, existing));
            })
        .onFailure(context::fail);
  }

  Future<Optional<Item>> find(Gtin gtin) {
    return Future.fromCompletionStage(catalogue.find(gtin), vertx.getOrCreateContext());
  }

  /** There is no such item, or there is none any more. */
  void missing(RoutingContext context, Gtin gtin) {
    Future.fromCompletionStage(catalogue.isGone(gtin), vertx.getOrCreateContext())
        .onSuccess(
            gone -> {
              if (gone) {
                problem(context, Problem.REMOVED_ITEM, "item " + gtin.text() + " was removed");
              } else {
                unknown(context, gtin.text());
              }
            })
        .onFailure(context::fail);
  }

  /** Whether what is found now may be old, as the database is away. */
  boolean isAway() {
    return catalogue.isAway();
  }

  static void unknown(RoutingContext context, String code) {
    problem(context, Problem.UNKNOWN_ITEM, "no item has the code " + code);
  }

  static void problem(RoutingContext context, Problem problem, String detail) {
    Sending.json(context, problem.status(), problem.body(detail));
  }
}
