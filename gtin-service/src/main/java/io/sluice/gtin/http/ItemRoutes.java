package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The item that a code means, whatever form the code came in. */
final class ItemRoutes {
  /** A reading with the item that it leads to. */
  record Found(Reading.One reading, Item item) {}

  private static final String FORMS =
      Arrays.stream(Representation.values())
          .map(Representation::type)
          .collect(Collectors.joining(", "));

  private final NumberRoutes numbers;

  ItemRoutes(NumberRoutes numbers) {
    this.numbers = numbers;
  }

  void one(RoutingContext context) {
    numbers.read(context, (code, meant) -> lookUp(context, code, meant));
  }

  /** The items that there are of what is meant: the catalogue decides between several. */
  Future<List<Found>> existing(List<Reading.One> meant) {
    List<Future<Optional<Found>>> lookups = new ArrayList<>();
    for (Reading.One one : meant) {
      lookups.add(numbers.find(one.gtin()).map(found -> found.map(item -> new Found(one, item))));
    }
    return Future.all(lookups)
        .map(all -> lookups.stream().flatMap(each -> each.result().stream()).toList());
  }

  /** The answer where there is one item, or several. */
  static JsonObject answer(String code, List<Found> existing) {
    return Answers.oneOrCandidates(
        code,
        existing.stream().map(each -> Answers.item(code, each.reading(), each.item())).toList());
  }

  private void lookUp(RoutingContext context, String code, List<Reading.One> meant) {
    String accept = Sending.header(context, "Accept");
    Representation form = Representation.of(accept).orElse(null);
    context.response().putHeader("Vary", "Accept");
    if (form == null) {
      NumberRoutes.problem(
          context, Problem.NOT_ACCEPTABLE, "found Accept " + accept + ", expected one of " + FORMS);
      return;
    }
    existing(meant)
        .onSuccess(
            existing -> {
              numbers.mark(context.response());
              if (existing.isEmpty()) {
                numbers.missing(context, meant.getFirst().gtin());
              } else {
                send(context, code, existing, form);
              }
            })
        .onFailure(context::fail);
  }

  /** Between several a client chooses in JSON, whatever form it wants of the one. */
  private static void send(
      RoutingContext context, String code, List<Found> existing, Representation form) {
    Item item = existing.getFirst().item();
    switch (existing.size() == 1 ? form : Representation.JSON) {
      case JSON -> Sending.json(context, NumberRoutes.status(existing), answer(code, existing));
      case JSON_LD ->
          Sending.as(context, form, Answers.product(item).toBuffer(), Sending.ALWAYS_ASK);
      case LINKSET ->
          Sending.as(context, form, LinkRoutes.linkset(item.gtin()).toBuffer(), Sending.ALWAYS_ASK);
      case SVG -> Sending.as(context, form, Buffer.buffer(BarCode.svg(item.gtin())), Sending.A_DAY);
      case PNG -> Sending.as(context, form, Buffer.buffer(BarCode.png(item.gtin())), Sending.A_DAY);
    }
  }
}
