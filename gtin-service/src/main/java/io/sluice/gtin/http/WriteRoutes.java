package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Author;
import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Change;
import io.sluice.gtin.catalog.Edit;
import io.sluice.gtin.catalog.EditRefused;
import io.sluice.gtin.catalog.Edited;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writing one item, on the private listener. The tag of an item is that of its own path with its
 * fourteen digits, and so is the tag that If-Match is compared with (RFC 9110 section 13.1.1).
 */
final class WriteRoutes {
  private static final Set<String> FIELDS = Set.of("name", "brand", "category");
  private static final int MOST_NAME = 128;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final NumberRoutes numbers;

  WriteRoutes(Vertx vertx, Catalogue catalogue, NumberRoutes numbers) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.numbers = numbers;
  }

  /** The item becomes what the body says. */
  void put(RoutingContext context) {
    withBody(
        context,
        (one, body) -> {
          Item item = item(one, new JsonObject(), body);
          edit(context, one, before -> item);
        });
  }

  /** The fields that the body names change (RFC 7396, JSON Merge Patch). */
  void patch(RoutingContext context) {
    withBody(
        context,
        (one, body) -> {
          // Before anything is read: what could be no item of any kind is refused now.
          item(one, new JsonObject().put("name", "any"), body);
          edit(
              context,
              one,
              before -> {
                JsonObject fields = Answers.fields(existing(before));
                try {
                  return item(one, fields, body);
                } catch (Malformed bad) {
                  throw new EditRefused(EditRefused.Cause.BAD, bad.detail());
                }
              });
        });
  }

  void delete(RoutingContext context) {
    withOne(
        context,
        one ->
            edit(
                context,
                one,
                before -> {
                  existing(before);
                  return null;
                }));
  }

  private static Item existing(@Nullable Item before) throws EditRefused {
    if (before == null) {
      throw new EditRefused(EditRefused.Cause.UNKNOWN);
    }
    return before;
  }

  /** Who did what to an item, and when. */
  void history(RoutingContext context) {
    withOne(
        context,
        one ->
            Asking.ask(vertx, catalogue.history(one.gtin()))
                .onSuccess(changes -> Sending.json(context, 200, answer(one, changes)))
                .onFailure(context::fail));
  }

  private static JsonObject answer(Reading.One one, List<Change> changes) {
    JsonArray list = new JsonArray();
    changes.forEach(change -> list.add(answer(change)));
    return new JsonObject().put("gtin", one.gtin().text()).put("changes", list);
  }

  private static JsonObject answer(Change change) {
    Item before = change.before();
    Item after = change.after();
    return new JsonObject()
        .put("at", change.at())
        .put("who", change.author().name())
        .put("request", change.author().request())
        .put("before", before == null ? null : Answers.fields(before))
        .put("after", after == null ? null : Answers.fields(after));
  }

  /** What is done with a number and a body. */
  private interface Use {
    void of(Reading.One one, JsonObject body) throws Malformed;
  }

  private void withBody(RoutingContext context, Use use) {
    withOne(
        context,
        one -> {
          try {
            use.of(one, body(context));
          } catch (Malformed malformed) {
            malformed.answer(context);
          }
        });
  }

  private static JsonObject body(RoutingContext context) throws Malformed {
    try {
      JsonObject body = context.body().asJsonObject();
      if (body != null) {
        return body;
      }
    } catch (DecodeException | ClassCastException notOne) {
      throw bad("expected a JSON object such as {\"name\": \"…\"}");
    }
    throw bad("found no body, expected {\"name\": …}");
  }

  private static Malformed bad(String detail) {
    return new Malformed(Problem.MALFORMED_BODY, detail);
  }

  /** What may mean several numbers is none to write to. */
  private void withOne(RoutingContext context, Consumer<Reading.One> use) {
    numbers.read(
        context,
        (code, meant) -> {
          if (meant.size() == 1) {
            use.accept(meant.getFirst());
          } else {
            Sending.json(context, 300, Answers.numbers(code, meant));
          }
        });
  }

  /** A merge of fields: null removes one, what is not named stays. */
  private static Item item(Reading.One one, JsonObject before, JsonObject patch) throws Malformed {
    JsonObject fields = before.copy();
    for (String name : patch.fieldNames()) {
      Object value = patch.getValue(name);
      if (!FIELDS.contains(name)) {
        throw bad("found the field " + name + ", expected name, brand and category");
      }
      if (value != null && !(value instanceof String)) {
        throw bad(name + ": found " + value + ", expected a text");
      }
      fields.put(name, value == null ? "" : value);
    }
    String name = fields.getString("name", "").strip();
    String brand = fields.getString("brand", "");
    String category = fields.getString("category", "");
    if (name.isEmpty()) {
      throw bad("name: found none, expected one");
    }
    if (Item.isTooLong(name, brand, category) || !Item.isText(name, brand, category)) {
      throw bad("expected text of at most " + Item.MOST_CHARACTERS + " characters in all");
    }
    return new Item(one.gtin(), name, brand, category);
  }

  private void edit(RoutingContext context, Reading.One one, Edit edit) {
    String ifMatch = Sending.header(context, "If-Match");
    String ifNoneMatch = Sending.header(context, "If-None-Match");
    Edit conditional =
        before -> {
          String tag = before == null ? "" : tag(before);
          boolean asThought =
              ifMatch == null || (before != null && Sending.lists(ifMatch, tag, false));
          boolean isNew =
              ifNoneMatch == null || before == null || !Sending.lists(ifNoneMatch, tag, true);
          if (!asThought || !isNew) {
            throw new EditRefused(EditRefused.Cause.CHANGED);
          }
          return edit.of(before);
        };
    Asking.ask(vertx, catalogue.edit(one.gtin(), author(context), conditional))
        .onSuccess(edited -> answer(context, edited))
        .onFailure(failed -> failed(context, one, failed));
  }

  private static void answer(RoutingContext context, Edited edited) {
    Item after = edited.after();
    if (after == null) {
      context.response().setStatusCode(204).end();
      return;
    }
    context
        .response()
        .putHeader("ETag", tag(after))
        .putHeader("Content-Location", Answers.path(after.gtin()));
    Sending.json(context, edited.before() == null ? 201 : 200, Answers.item(after));
  }

  private static void failed(RoutingContext context, Reading.One one, Throwable failed) {
    if (!(failed instanceof EditRefused refused)) {
      context.fail(failed);
      return;
    }
    switch (refused.why()) {
      case CHANGED ->
          NumberRoutes.problem(
              context,
              Problem.PRECONDITION_FAILED,
              "item " + one.gtin().text() + " is not as If-Match or If-None-Match has it");
      case BAD ->
          NumberRoutes.problem(
              context, Problem.MALFORMED_BODY, String.valueOf(refused.getMessage()));
      case UNKNOWN -> NumberRoutes.unknown(context, one.gtin().text());
    }
  }

  /** As {@code GET /v1/items/<fourteen digits>} has it. */
  private static String tag(Item item) {
    return Sending.tag(Answers.item(item));
  }

  /** A gateway says who a client is by its certificate or its address (RFC 9440). */
  private static Author author(RoutingContext context) {
    String certificate = context.request().getHeader("Client-Cert");
    String address = context.request().getHeader("X-Real-IP");
    String request = context.request().getHeader("X-Request-Id");
    String peer = context.request().remoteAddress().hostAddress();
    String who = address == null ? peer : address;
    if (certificate != null) {
      String print = Sending.tag(Buffer.buffer(certificate)).replace("\"", "");
      who = "certificate " + print + " at " + who;
    }
    String id = request == null ? "" : request;
    return new Author(
        who.substring(0, Math.min(who.length(), MOST_NAME)),
        id.substring(0, Math.min(id.length(), MOST_NAME)));
  }
}
