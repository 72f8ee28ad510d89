package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
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

  /** What is done with the numbers that a code means: the one, or each that it may be. */
  interface Use {
    void of(String code, List<Reading.One> meant);
  }

  /** Reads the path's code, and answers itself where it means no number. */
  void read(RoutingContext context, Use use) {
    String code = context.pathParam("code");
    switch (accept.read(code, as(context)).orElse(null)) {
      case null -> unknown(context, code);
      case Reading.Refused refused -> refuse(context, refused);
      case Reading.One one -> use.of(code, List.of(one));
      case Reading.Several several -> use.of(code, several.candidates());
    }
  }

  void one(RoutingContext context) {
    read(
        context,
        (code, meant) -> Sending.lasting(context, status(meant), Answers.numbers(code, meant)));
  }

  /** {@code {"inputs": [text or number, …]}}, answered in their order. */
  void many(RoutingContext context) {
    JsonArray inputs = inputs(context);
    if (inputs == null) {
      return;
    }
    // A thousand take milliseconds, which others of the event loop would wait for.
    vertx
        .executeBlocking(() -> Sending.bytes(results(inputs)), false)
        .onSuccess(bytes -> Sending.json(context, 200, bytes))
        .onFailure(context::fail);
  }

  private JsonObject results(JsonArray inputs) {
    JsonArray results = new JsonArray();
    for (Object input : inputs) {
      results.add(
          result(
              input,
              refusal -> refusal,
              (code, meant) -> with(status(meant), Answers.numbers(code, meant))));
    }
    return new JsonObject().put("results", results);
  }

  /** Of one thing, or of several that are meant. */
  static int status(List<?> meant) {
    return meant.size() == 1 ? 200 : 300;
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

  /**
   * The result for one input of many.
   *
   * @param refused for one that means no number
   * @param meant for the numbers that it means: the one, or each that it may be
   */
  <T> T result(
      @Nullable Object input,
      Function<JsonObject, T> refused,
      BiFunction<String, List<Reading.One>, T> meant) {
    if (!(input instanceof String || input instanceof Number)) {
      return refused.apply(
          with(
              400,
              Problem.MALFORMED_BODY.body("found " + input + ", expected a text or a number")));
    }
    // A number that is not whole shows as 6.11E12, which is refused for what it is.
    String code = String.valueOf(input);
    return switch (accept.read(code, null).orElse(null)) {
      case null -> refused.apply(unknown(code));
      case Reading.Refused reading -> refused.apply(with(400, Answers.refused(reading)));
      case Reading.One one -> meant.apply(code, List.of(one));
      case Reading.Several several -> meant.apply(code, several.candidates());
    };
  }

  /** The result for a code that no item has. */
  static JsonObject unknown(String code) {
    return with(404, Problem.UNKNOWN_ITEM.body("no item has the code " + code));
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
    return Asking.ask(vertx, catalogue.find(gtin));
  }

  /** There is no such item, or there is none any more. */
  void missing(RoutingContext context, Gtin gtin) {
    Asking.ask(vertx, catalogue.isGone(gtin))
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

  /** Marks an answer that may be old, as the database is away. */
  void mark(HttpServerResponse response) {
    if (catalogue.isAway()) {
      response.putHeader("Catalogue-State", "local-copy");
    }
  }

  static void unknown(RoutingContext context, String code) {
    problem(context, Problem.UNKNOWN_ITEM, "no item has the code " + code);
  }

  static void problem(RoutingContext context, Problem problem, String detail) {
    Sending.json(context, problem.status(), problem.body(detail));
  }
}
