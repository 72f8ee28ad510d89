package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The item that a code means, whatever form the code came in. */
final class ItemRoutes {
  /** A reading with the item that it leads to, if there is one. */
  private record Found(Reading.One reading, Optional<Item> item) {}

  private static final String LASTING = "public, max-age=86400";
  private static final String FORMS =
      Arrays.stream(Representation.values())
          .map(Representation::type)
          .collect(Collectors.joining(", "));

  private final NumberRoutes numbers;
  private final Accept accept;

  ItemRoutes(NumberRoutes numbers, Accept accept) {
    this.numbers = numbers;
    this.accept = accept;
  }

  void one(RoutingContext context) {
    String code = context.pathParam("code");
    switch (accept.read(code, NumberRoutes.as(context)).orElse(null)) {
      case null -> NumberRoutes.unknown(context, code);
      case Reading.Refused refused -> numbers.refuse(context, refused);
      case Reading.One one -> lookUp(context, code, List.of(one));
      case Reading.Several several -> lookUp(context, code, several.candidates());
    }
  }

  private static void one(
      RoutingContext context, String code, Reading.One reading, Item item, Representation form) {
    switch (form) {
      case JSON -> Sending.json(context, 200, Answers.item(code, reading, item));
      case JSON_LD -> Sending.as(context, form, Answers.product(item).toBuffer(), "no-cache");
      case LINKSET ->
          Sending.as(context, form, LinkRoutes.linkset(item.gtin()).toBuffer(), "no-cache");
      case SVG -> Sending.as(context, form, Buffer.buffer(BarCode.svg(item.gtin())), LASTING);
      case PNG -> Sending.as(context, form, Buffer.buffer(BarCode.png(item.gtin())), LASTING);
    }
  }

  /** Looks every reading up: the catalogue decides where only one of them exists. */
  private void lookUp(RoutingContext context, String code, List<Reading.One> candidates) {
    Representation form = Representation.of(Sending.header(context, "Accept")).orElse(null);
    context.response().putHeader("Vary", "Accept");
    if (form == null) {
      NumberRoutes.problem(
          context,
          Problem.NOT_ACCEPTABLE,
          "found Accept " + context.request().getHeader("Accept") + ", expected one of " + FORMS);
      return;
    }
    List<Future<Found>> lookups = new ArrayList<>();
    for (Reading.One candidate : candidates) {
      lookups.add(numbers.find(candidate.gtin()).map(item -> new Found(candidate, item)));
    }
    Future.all(lookups)
        .onSuccess(all -> answer(context, code, candidates, all.list(), form))
        .onFailure(context::fail);
  }

  private void answer(
      RoutingContext context,
      String code,
      List<Reading.One> candidates,
      List<Found> lookups,
      Representation form) {
    if (numbers.isAway()) {
      context.response().putHeader("Catalogue-State", "local-copy");
    }
    List<Found> existing = lookups.stream().filter(found -> found.item().isPresent()).toList();
    switch (existing.size()) {
      case 0 -> numbers.missing(context, candidates.getFirst().gtin());
      case 1 -> {
        Found only = existing.getFirst();
        one(context, code, only.reading(), only.item().orElseThrow(), form);
      }
      default -> {
        JsonArray items = new JsonArray();
        existing.forEach(
            found -> items.add(Answers.item(code, found.reading(), found.item().orElseThrow())));
        Sending.json(context, 300, Answers.candidates(code, items));
      }
    }
  }
}
