package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Forms;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Quoted;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The item that a code means, whatever form the code came in. */
final class ItemRoutes {
  private final Vertx vertx;
  private final Catalogue catalogue;
  private final CodeAnswers answers;
  private final Targets targets;

  ItemRoutes(Vertx vertx, Catalogue catalogue, CodeAnswers answers) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.answers = answers;
    this.targets = new Targets(vertx, answers);
  }

  void one(RoutingContext context) {
    try {
      Representation form = form(context);
      Asking.ask(vertx, answers.answer(CodeAnswers.Question.ITEM, NumberRoutes.input(context)))
          .onSuccess(
              answer -> {
                mark(context.response());
                send(context, answer, form);
              })
          .onFailure(context::fail);
    } catch (Malformed malformed) {
      malformed.answer(context);
    }
  }

  /** The cases of the catalogue that contain an item; the opposite of {@code contains}. */
  void cases(RoutingContext context) {
    targets.withOne(
        context,
        target -> {
          List<Gtin> possible = Forms.cases(target.gtin());
          Asking.ask(vertx, catalogue.lookUp(possible))
              .onSuccess(
                  looked -> {
                    mark(context.response());
                    JsonArray items = new JsonArray();
                    for (Gtin gtin : possible) {
                      Item item = looked.items().get(gtin);
                      if (item != null) {
                        items.add(Answers.found(item));
                      }
                    }
                    Sending.json(context, 200, new JsonObject().put("items", items));
                  })
              .onFailure(context::fail);
        });
  }

  /** Marks an answer that may be old: the database is away, or this is a replica of it. */
  void mark(HttpServerResponse response) {
    if (catalogue.isAway()) {
      response.putHeader("Catalogue-State", "local-copy");
    } else if (catalogue.isReplica()) {
      response.putHeader("Catalogue-State", "replica");
    }
  }

  private static Representation form(RoutingContext context) throws Malformed {
    String format = Query.of(context).get("format");
    if (format != null) {
      return Representation.find(format).orElseThrow(() -> unknown(format));
    }
    String accept = Sending.header(context, "Accept");
    return Representation.of(accept).orElseThrow(() -> notAcceptable(accept));
  }

  private static Malformed unknown(String format) {
    return new Malformed(
        Problem.MALFORMED_PARAMETER,
        "format: found " + Quoted.of(format) + ", expected one of " + Representation.formats());
  }

  private static Malformed notAcceptable(@Nullable String accept) {
    return new Malformed(
        Problem.NOT_ACCEPTABLE,
        "found Accept " + Quoted.of(accept) + ", expected one of " + Representation.types());
  }

  /** Between several a client chooses in JSON, whatever form it wants of the one. */
  private static void send(RoutingContext context, Answer answer, Representation form) {
    if (answer.status() != 200) {
      Sending.answer(context, answer, Sending.ALWAYS_ASK);
      return;
    }
    if (form == Representation.HTML) {
      Sending.page(context, 200, answer.body(), Sending.ALWAYS_ASK);
      return;
    }
    String caching =
        form == Representation.SVG || form == Representation.PNG
            ? Sending.A_DAY
            : Sending.ALWAYS_ASK;
    Item item = answer.found().getFirst().item();
    Sending.as(
        context,
        form,
        form == Representation.JSON ? answer.written() : written(form, item, answer.body()),
        caching);
  }

  /**
   * An item in a form.
   *
   * @param answer in JSON
   */
  static Written written(Representation form, Item item, JsonObject answer) {
    return switch (form) {
      case JSON -> Written.of(answer);
      case JSON_LD -> Written.of(Answers.product(item).toBuffer());
      case LINKSET -> Written.of(Linkset.of(item).toBuffer());
      case SVG -> Written.of(Buffer.buffer(BarCode.svg(item.gtin())));
      case PNG -> Written.of(Buffer.buffer(BarCode.png(item.gtin())));
      case HTML -> Written.of(Buffer.buffer(Pages.of(200, answer)));
    };
  }
}
