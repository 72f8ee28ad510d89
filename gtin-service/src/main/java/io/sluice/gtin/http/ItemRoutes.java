package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The item that a code means, whatever form the code came in. */
final class ItemRoutes {
  /** A reading with the item that it leads to, if there is one. */
  private record Found(Reading.One reading, Optional<Item> item) {}

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

  /** Looks every reading up: the catalogue decides where only one of them exists. */
  private void lookUp(RoutingContext context, String code, List<Reading.One> candidates) {
    List<Future<Found>> lookups = new ArrayList<>();
    for (Reading.One candidate : candidates) {
      lookups.add(numbers.find(candidate.gtin()).map(item -> new Found(candidate, item)));
    }
    Future.all(lookups)
        .onSuccess(all -> answer(context, code, candidates, all.list()))
        .onFailure(context::fail);
  }

  private static void answer(
      RoutingContext context, String code, List<Reading.One> candidates, List<Found> lookups) {
    List<Found> existing = lookups.stream().filter(found -> found.item().isPresent()).toList();
    switch (existing.size()) {
      case 0 -> NumberRoutes.unknown(context, candidates.getFirst().gtin().text());
      case 1 -> {
        Found only = existing.getFirst();
        Sending.json(context, 200, Answers.item(code, only.reading(), only.item().orElseThrow()));
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
