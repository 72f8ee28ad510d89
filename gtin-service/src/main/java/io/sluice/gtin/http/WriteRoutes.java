package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Author;
import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Change;
import io.sluice.gtin.catalog.Edit;
import io.sluice.gtin.catalog.EditRefused;
import io.sluice.gtin.catalog.Edited;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Writing one item, on the private listener. The tag of an item is that of its own path with its
 * fourteen digits, and so is the tag that If-Match is compared with (RFC 9110 section 13.1.1).
 */
final class WriteRoutes {
  private static final Set<String> FIELDS = Set.of("name", "brand", "category");
  private static final int MOST_CHARACTERS = 2_000;
  private static final int MOST_NAME = 128;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final NumberRoutes numbers;
  private final Accept accept;

  WriteRoutes(Vertx vertx, Catalogue catalogue, NumberRoutes numbers, Accept accept) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.numbers = numbers;
    this.accept = accept;
  }

  /** An item that is none; the message says why. */
  private static final class BadItem extends Exception {
    private static final long serialVersionUID = 1;

    BadItem(String message) {
      super(message);
    }
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
                if (before == null) {
                  throw new EditRefused(EditRefused.Cause.UNKNOWN);
                }
                try {
                  return item(one, Answers.fields(before), body);
                } catch (BadItem bad) {
                  throw new EditRefused(EditRefused.Cause.BAD, String.valueOf(bad.getMessage()));
                }
              });
        });
  }

  void delete(RoutingContext context) {
    Reading.One one = one(context);
    if (one != null) {
      edit(
          context,
          one,
          before -> {
            if (before == null) {
              throw new EditRefused(EditRefused.Cause.UNKNOWN);
            }
            return null;
          });
    }
  }

  /** Who did what to an item, and when. */
  void history(RoutingContext context) {
    Reading.One one = one(context);
    if (one == null) {
      return;
    }
    Future.fromCompletionStage(catalogue.history(one.gtin()), vertx.getOrCreateContext())
        .onSuccess(
            changes -> {
              JsonArray list = new JsonArray();
              changes.forEach(change -> list.add(answer(change)));
              Sending.json(
                  context,
                  200,
                  new JsonObject().put("gtin", one.gtin().text()).put("changes", list));
            })
        .onFailure(context::fail);
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
    void of(Reading.One one, JsonObject body) throws BadItem;
  }

  private void withBody(RoutingContext context, Use use) {
    Reading.One one = one(context);
    if (one == null) {
      return;
    }
    try {
      JsonObject body = context.body().asJsonObject();
      if (body == null) {
        throw new BadItem("found no body, expected {\"name\": …}");
      }
      use.of(one, body);
    } catch (DecodeException | ClassCastException notOne) {
      NumberRoutes.problem(
          context, Problem.MALFORMED_BODY, "expected a JSON object such as {\"name\": \"…\"}");
    } catch (BadItem bad) {
      NumberRoutes.problem(context, Problem.MALFORMED_BODY, String.valueOf(bad.getMessage()));
    }
  }

  /** The one number that the path means; null when it was answered that it means none. */
  private Reading.@Nullable One one(RoutingContext context) {
    String code = context.pathParam("code");
    switch (accept.read(code, NumberRoutes.as(context)).orElse(null)) {
      case Reading.One one -> {
        return one;
      }
      case Reading.Refused refused -> numbers.refuse(context, refused);
      case Reading.Several several -> Sending.json(context, 300, Answers.candidates(code, several));
      case null -> NumberRoutes.unknown(context, code);
    }
    return null;
  }

  /** A merge of fields: null removes one, what is not named stays. */
  private static Item item(Reading.One one, JsonObject before, JsonObject patch) throws BadItem {
    JsonObject fields = before.copy();
    for (String name : patch.fieldNames()) {
      Object value = patch.getValue(name);
      if (!FIELDS.contains(name)) {
        throw new BadItem("found the field " + name + ", expected name, brand and category");
      }
      if (value != null && !(value instanceof String)) {
        throw new BadItem(name + ": found " + value + ", expected a text");
      }
      fields.put(name, value == null ? "" : value);
    }
    String name = fields.getString("name", "").strip();
    String brand = fields.getString("brand", "");
    String category = fields.getString("category", "");
    if (name.isEmpty()) {
      throw new BadItem("name: found none, expected one");
    }
    String all = name + brand + category;
    if (all.length() > MOST_CHARACTERS || !Item.isText(all)) {
      throw new BadItem("expected text of at most " + MOST_CHARACTERS + " characters in all");
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
              ifMatch == null || (before != null && Sending.matchesStrongly(ifMatch, tag));
          boolean isNew =
              ifNoneMatch == null || before == null || !Sending.matches(ifNoneMatch, tag);
          if (!asThought || !isNew) {
            throw new EditRefused(EditRefused.Cause.CHANGED);
          }
          return edit.of(before);
        };
    Future.fromCompletionStage(
            catalogue.edit(one.gtin(), author(context), conditional), vertx.getOrCreateContext())
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
        .putHeader("Content-Location", "/v1/items/" + after.gtin().text());
    Sending.json(context, edited.before() == null ? 201 : 200, Answers.item(after));
  }

  private static void failed(RoutingContext context, Reading.One one, Throwable failed) {
    Throwable cause =
        failed instanceof CompletionException && failed.getCause() != null
            ? failed.getCause()
            : failed;
    if (!(cause instanceof EditRefused refused)) {
      context.fail(cause);
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
