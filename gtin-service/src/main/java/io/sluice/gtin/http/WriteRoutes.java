package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Attributes;
import io.sluice.gtin.catalog.Author;
import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Edit;
import io.sluice.gtin.catalog.EditRefused;
import io.sluice.gtin.catalog.Edited;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.catalog.ItemFields;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Quoted;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writing one item, on the private listener. A write may be made to depend on the tag that GET
 * gives for the same address, or for the fourteen digits (RFC 9110 section 13.1.1).
 */
final class WriteRoutes {
  /** What GET says besides the item's fields, so that its answer can be put back. */
  private static final Set<String> DERIVED =
      Set.of(
          "gtin",
          "type",
          "form",
          "requested",
          "normalization",
          "confidence",
          "forms",
          "classification",
          "contains",
          "variableMeasure",
          "updated");

  private static final int MOST_NAME = 128;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final CodeAnswers answers;
  private final Targets targets;

  WriteRoutes(Vertx vertx, Catalogue catalogue, CodeAnswers answers) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.answers = answers;
    this.targets = new Targets(vertx, answers);
  }

  /** The item becomes what the body says. */
  void put(RoutingContext context) {
    targets.withOne(
        context,
        target -> {
          Item item = item(target.gtin(), fields(context, target));
          edit(context, target, before -> item);
        });
  }

  /** The fields that the body names change (RFC 7396, JSON Merge Patch); null removes one. */
  void patch(RoutingContext context) {
    targets.withOne(
        context,
        target -> {
          Map<String, Object> patch = fields(context, target);
          // Before anything is read: what could be no item of any kind is refused now.
          item(target.gtin(), merged(Map.of("name", "any"), patch));
          edit(
              context,
              target,
              before -> {
                if (before == null) {
                  throw new EditRefused(EditRefused.Cause.UNKNOWN);
                }
                try {
                  return item(target.gtin(), merged(fields(before), patch));
                } catch (Malformed bad) {
                  throw new EditRefused(EditRefused.Cause.BAD, bad.detail());
                }
              });
        });
  }

  /** RFC 7396 section 2: of objects the members are merged, and null removes one. */
  private static Map<String, Object> merged(Map<?, ?> before, Map<?, ?> patch) {
    Map<String, Object> merged = new LinkedHashMap<>();
    before.forEach((name, value) -> merged.put(String.valueOf(name), value));
    patch.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          if (value == null) {
            merged.remove(name);
          } else if (value instanceof Map<?, ?> inside) {
            merged.put(
                name, merged(merged.get(name) instanceof Map<?, ?> old ? old : Map.of(), inside));
          } else {
            merged.put(name, value);
          }
        });
    return merged;
  }

  private static Map<String, Object> fields(Item item) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", item.name());
    fields.put("brand", item.brand());
    fields.put("category", item.category());
    fields.put("attributes", Attributes.object(item.attributes()));
    return fields;
  }

  void delete(RoutingContext context) {
    targets.withOne(
        context,
        target ->
            edit(
                context,
                target,
                before -> {
                  if (before == null) {
                    throw new EditRefused(EditRefused.Cause.UNKNOWN);
                  }
                  return null;
                }));
  }

  /** What the body says of the item's fields: these alone, or an answer of GET. */
  private static Map<String, Object> fields(RoutingContext context, Targets.Target target)
      throws Malformed {
    String expected = "a JSON object such as {\"name\": \"…\"}";
    if (!(Bodies.json(context, expected) instanceof Map<?, ?> body)) {
      throw bad("expected " + expected);
    }
    Map<?, ?> fields = body;
    checkNumber(body, target);
    if (body.get("item") instanceof Map<?, ?> inside) {
      refuseOthers(body, Set.of("item"));
      checkNumber(inside, target);
      fields = inside;
    }
    refuseOthers(fields, ItemFields.NAMES);
    Map<String, Object> named = new LinkedHashMap<>();
    for (String name : ItemFields.NAMES) {
      if (fields.containsKey(name)) {
        named.put(name, fields.get(name));
      }
    }
    return named;
  }

  private static void checkNumber(Map<?, ?> object, Targets.Target target) throws Malformed {
    Object number = object.get("gtin");
    if (number != null
        && !(GtinReader.read(String.valueOf(number)) instanceof Reading.One one
            && one.gtin().equals(target.gtin()))) {
      throw bad(
          "gtin: found "
              + Quoted.of(number)
              + ", expected that of the address, "
              + target.gtin().text());
    }
  }

  private static void refuseOthers(Map<?, ?> object, Set<String> known) throws Malformed {
    Set<Object> unknown = new HashSet<>(object.keySet());
    unknown.removeAll(known);
    unknown.removeAll(DERIVED);
    if (!unknown.isEmpty()) {
      throw bad(
          "found the field "
              + Quoted.of(unknown.iterator().next())
              + ", expected of "
              + String.join(", ", known.stream().sorted().toList()));
    }
  }

  private static Malformed bad(String detail) {
    return new Malformed(Problem.MALFORMED_BODY, detail);
  }

  private static Item item(Gtin gtin, Map<String, Object> fields) throws Malformed {
    try {
      return ItemFields.of(fields).item(gtin);
    } catch (ItemFields.Bad none) {
      throw bad(String.valueOf(none.getMessage()));
    }
  }

  private void edit(RoutingContext context, Targets.Target target, Edit edit) {
    String ifMatch = tags(context, "If-Match");
    String ifNoneMatch = tags(context, "If-None-Match");
    Edit conditional =
        before -> {
          if (context.response().closed()) {
            // Nobody would learn of it, and others may have written since.
            throw new EditRefused(EditRefused.Cause.ABANDONED);
          }
          boolean asThought =
              ifMatch == null || (before != null && isListed(ifMatch, target, before, false));
          boolean isNew =
              ifNoneMatch == null || before == null || !isListed(ifNoneMatch, target, before, true);
          if (!asThought || !isNew) {
            throw new EditRefused(EditRefused.Cause.CHANGED);
          }
          return edit.of(before);
        };
    Asking.ask(vertx, catalogue.edit(target.gtin(), author(context), conditional))
        .onSuccess(edited -> answer(context, edited))
        .onFailure(failed -> failed(context, target, failed));
  }

  /** That of a compressed answer is as good as that of the answer. */
  private static @Nullable String tags(RoutingContext context, String name) {
    String tags = Sending.header(context, name);
    return tags == null ? null : tags.replace("-gzip\"", "\"");
  }

  /**
   * Whether the tag of the item is named, in any form of this address or of its fourteen digits.
   */
  private boolean isListed(String tags, Targets.Target target, Item item, boolean weak) {
    if (Sending.lists(tags, Written.of(answers.item(item)).tag(), weak)) {
      return true;
    }
    JsonObject body = answers.item(target.input(), target.one(), item);
    return Arrays.stream(Representation.values())
        .map(form -> ItemRoutes.written(form, item, body))
        .anyMatch(written -> Sending.lists(tags, written.tag(), weak));
  }

  private void answer(RoutingContext context, Edited edited) {
    Item after = edited.after();
    if (after == null) {
      context.response().setStatusCode(204).end();
      return;
    }
    context.response().putHeader("Content-Location", Answers.path(after.gtin()));
    Sending.written(context, edited.before() == null ? 201 : 200, answers.item(after));
  }

  private void failed(RoutingContext context, Targets.Target target, Throwable failed) {
    if (!(failed instanceof EditRefused refused)) {
      context.fail(failed);
      return;
    }
    switch (refused.why()) {
      case CHANGED ->
          Sending.problem(
              context,
              Problem.PRECONDITION_FAILED,
              "item " + target.gtin().text() + " is not as If-Match or If-None-Match has it");
      case BAD ->
          Sending.problem(context, Problem.MALFORMED_BODY, String.valueOf(refused.getMessage()));
      // As GET has it: there never was one, or it was removed.
      case UNKNOWN ->
          Asking.ask(vertx, answers.answer(CodeAnswers.Question.ITEM, target.input()))
              .onSuccess(answer -> Sending.answer(context, answer, Sending.ALWAYS_ASK))
              .onFailure(context::fail);
      case ABANDONED -> context.fail(failed);
    }
  }

  /** A gateway says who a client is by its certificate or its address (RFC 9440). */
  static Author author(RoutingContext context) {
    String certificate = context.request().getHeader("Client-Cert");
    String address = context.request().getHeader("X-Real-IP");
    String request = context.request().getHeader("X-Request-Id");
    String peer = context.request().remoteAddress().hostAddress();
    String who = address == null ? peer : address;
    if (certificate != null) {
      String print = Written.of(Buffer.buffer(certificate)).tag().replace("\"", "");
      who = "certificate " + print + " at " + who;
    }
    String id = request == null ? "" : request;
    return new Author(
        who.substring(0, Math.min(who.length(), MOST_NAME)),
        id.substring(0, Math.min(id.length(), MOST_NAME)));
  }
}
