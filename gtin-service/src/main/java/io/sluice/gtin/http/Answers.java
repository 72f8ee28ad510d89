package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Attributes;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Forms;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Prefix;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** The shapes of what the API answers; errors are RFC 9457 problems with a stable {@code code}. */
final class Answers {
  /** Where each problem is described, behind its code. */
  private static final String PROBLEMS = "/v1/problems/";

  private Answers() {}

  /**
   * What a code is: {@code gtin}, {@code type}, {@code form}, {@code requested}, {@code
   * normalization}, {@code confidence}, {@code forms}, {@code classification}, and {@code contains}
   * for a case.
   */
  static JsonObject number(Input input, Reading.One one, CompanyPrefixes companies) {
    JsonArray steps = new JsonArray();
    for (Reading.Step step : one.steps()) {
      steps.add(
          new JsonObject()
              .put("code", step.code())
              .put("detail", step.detail())
              .put("confidence", step.confidence().code()));
    }
    JsonObject forms = new JsonObject();
    Forms.of(one.gtin()).forEach(forms::put);
    Prefix prefix = Prefix.of(one.gtin());
    JsonObject classification =
        new JsonObject()
            .put("prefix", prefix.digits())
            .put("issuer", prefix.issuer())
            .put("kinds", new JsonArray(List.copyOf(prefix.kinds())));
    companies
        .of(one.gtin())
        .ifPresent(
            known ->
                classification
                    .put("companyPrefix", known.prefix())
                    .put("company", known.company()));
    JsonObject number =
        new JsonObject()
            .put("gtin", one.gtin().text())
            .put("type", one.gtin().type().text())
            .put("form", one.form().text())
            .put("requested", input.requested())
            .put(
                "normalization",
                new JsonObject().put("changed", !one.steps().isEmpty()).put("steps", steps))
            .put("confidence", one.confidence().code())
            .put("forms", forms)
            .put("classification", classification);
    Forms.contained(one.gtin()).ifPresent(inside -> number.put("contains", inside.text()));
    return number;
  }

  /** The number's answer with the item in it. */
  static JsonObject item(Input input, Reading.One one, Item item, CompanyPrefixes companies) {
    return number(input, one, companies).put("item", dated(item));
  }

  /** The reading of an item's own fourteen digits. */
  static Reading.One itself(Item item) {
    if (GtinReader.read(item.gtin().text()) instanceof Reading.One one) {
      return one;
    }
    throw new IllegalStateException(item.gtin() + " is no number");
  }

  /** Where an item is. */
  static String path(Gtin gtin) {
    return "/v1/items/" + gtin.text();
  }

  /** What it is now, and since when. */
  private static JsonObject dated(Item item) {
    JsonObject fields = fields(item);
    return item.updated() == 0
        ? fields
        : fields.put("updated", Instant.ofEpochMilli(item.updated()).toString());
  }

  /** What it says. */
  static JsonObject fields(Item item) {
    JsonObject fields =
        new JsonObject()
            .put("name", item.name())
            .put("brand", item.brand())
            .put("category", item.category());
    return item.attributes().isEmpty()
        ? fields
        : fields.put("attributes", new JsonObject(Attributes.object(item.attributes())));
  }

  /** An item of a list. */
  static JsonObject found(Item item) {
    return new JsonObject()
        .put("gtin", item.gtin().text())
        .put("type", item.gtin().type().text())
        .mergeIn(dated(item));
  }

  /** A Product as schema.org has it. */
  static JsonObject product(Item item) {
    Gtin gtin = item.gtin();
    JsonObject product =
        new JsonObject()
            .put("@context", "https://schema.org")
            .put("@type", "Product")
            .put("@id", Forms.digitalLink(gtin))
            .put("gtin", gtin.text())
            .put("gtin" + gtin.type().digits(), gtin.naturalText())
            .put("name", item.name());
    if (!item.brand().isEmpty()) {
      product.put("brand", new JsonObject().put("@type", "Brand").put("name", item.brand()));
    }
    if (!item.category().isEmpty()) {
      product.put("category", item.category());
    }
    return product;
  }

  /** A code that means one number, or may mean several; nothing was looked up. */
  static JsonObject numbers(Input input, List<Reading.One> meant, CompanyPrefixes companies) {
    return oneOrCandidates(
        input, meant.stream().map(one -> number(input, one, companies)).toList());
  }

  /** The item that a code means, or those that it may mean. */
  static JsonObject items(Input input, List<Answer.Found> found, CompanyPrefixes companies) {
    return oneOrCandidates(
        input,
        found.stream().map(each -> item(input, each.reading(), each.item(), companies)).toList());
  }

  /** The one answer, or those between which the client has to choose. */
  private static JsonObject oneOrCandidates(Input input, List<JsonObject> answers) {
    return answers.size() == 1
        ? answers.getFirst()
        : new JsonObject()
            .put("requested", input.requested())
            .put("candidates", new JsonArray(answers));
  }

  static JsonObject problem(int status, String code, String title, String detail) {
    return new JsonObject()
        .put("type", PROBLEMS + code)
        .put("title", title)
        .put("status", status)
        .put("code", code)
        .put("detail", detail);
  }

  /** A code that is no GTIN. */
  static JsonObject refused(Reading.Refused refused) {
    return problem(400, refused.code().code(), "Bad Request", refused.detail());
  }

  /** Adds the items that exist and that one slip would have made of the code. */
  static void suggest(JsonObject problem, List<Item> items) {
    JsonArray suggestions = new JsonArray();
    for (Item item : items) {
      suggestions.add(new JsonObject().put("gtin", item.gtin().text()).put("name", item.name()));
    }
    problem.put("suggestions", suggestions);
  }
}
