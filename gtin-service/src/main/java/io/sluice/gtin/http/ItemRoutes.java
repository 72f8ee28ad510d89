package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** The item that a code means, whatever form the code came in. */
final class ItemRoutes {
  private final Vertx vertx;
  private final Catalogue catalogue;
  private final CodeAnswers answers;

  ItemRoutes(Vertx vertx, Catalogue catalogue, CodeAnswers answers) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.answers = answers;
  }

  void one(RoutingContext context) {
    context.response().putHeader("Vary", "Accept");
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
        "format: found " + Input.quoted(format) + ", expected one of " + Representation.formats());
  }

  private static Malformed notAcceptable(@Nullable String accept) {
    return new Malformed(
        Problem.NOT_ACCEPTABLE,
        "found Accept " + Input.quoted(accept) + ", expected one of " + Representation.types());
  }

  /** Between several a client chooses in JSON, whatever form it wants of the one. */
  private static void send(RoutingContext context, Answer answer, Representation form) {
    if (answer.status() != 200) {
      Sending.answer(context, answer, Sending.ALWAYS_ASK);
      return;
    }
    Item item = answer.found().getFirst().item();
    switch (form) {
      case JSON -> Sending.as(context, form, Sending.bytes(answer.body()), Sending.ALWAYS_ASK);
      case JSON_LD ->
          Sending.as(context, form, Answers.product(item).toBuffer(), Sending.ALWAYS_ASK);
      case LINKSET -> Sending.as(context, form, Linkset.of(item).toBuffer(), Sending.ALWAYS_ASK);
      case SVG -> Sending.as(context, form, Buffer.buffer(BarCode.svg(item.gtin())), Sending.A_DAY);
      case PNG -> Sending.as(context, form, Buffer.buffer(BarCode.png(item.gtin())), Sending.A_DAY);
      case HTML -> Sending.page(context, 200, Pages.of(200, answer.body()), Sending.ALWAYS_ASK);
    }
  }
}
