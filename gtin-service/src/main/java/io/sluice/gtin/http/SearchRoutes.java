package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.catalog.Page;
import io.sluice.gtin.catalog.Search;
import io.sluice.gtin.catalog.Tally;
import io.sluice.gtin.catalog.Words;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Quoted;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Items by brand, category, prefix and words, a page at a time. A cursor is the number of the last
 * item: what comes and goes meanwhile moves nothing else.
 */
final class SearchRoutes {
  private static final int MOST = 200;
  private static final int USUAL = 50;
  private static final int MOST_CHARACTERS = 200;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final ItemRoutes items;

  SearchRoutes(Vertx vertx, Catalogue catalogue, ItemRoutes items) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.items = items;
  }

  void search(RoutingContext context) {
    Search search;
    boolean tallied;
    try {
      tallied = tallied(context);
      search =
          new Search(
              words(context),
              digits(context),
              text(context, "brand"),
              text(context, "category"),
              prefix(context),
              cursor(context),
              limit(context));
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    Asking.ask(vertx, found(context, search, tallied))
        .onSuccess(
            answer -> {
              items.mark(context.response());
              Sending.json(context, 200, answer);
            })
        .onFailure(context::fail);
  }

  private CompletableFuture<JsonObject> found(
      RoutingContext context, Search search, boolean tallied) {
    CompletableFuture<JsonObject> page =
        catalogue.search(search).thenApply(found -> answer(context, found));
    return tallied ? page.thenCombine(catalogue.tally(search), SearchRoutes::with) : page;
  }

  private static JsonObject with(JsonObject answer, Tally tally) {
    return answer
        .put("total", tally.total())
        .put("total_is", tally.exact() ? "exact" : "at-least")
        .put(
            "facets",
            new JsonObject()
                .put("brand", values(tally.brands()))
                .put("category", values(tally.categories())));
  }

  private static JsonArray values(List<Tally.Value> values) {
    JsonArray list = new JsonArray();
    values.forEach(
        each -> list.add(new JsonObject().put("value", each.value()).put("count", each.count())));
    return list;
  }

  private static boolean tallied(RoutingContext context) throws Malformed {
    String facets = Query.of(context).find("facets").orElse("false");
    if (!facets.equals("true") && !facets.equals("false")) {
      throw bad("facets: found \"" + Quoted.of(facets) + "\", expected true or false");
    }
    return facets.equals("true");
  }

  private static JsonObject answer(RoutingContext context, Page page) {
    JsonArray found = new JsonArray();
    page.items().forEach(item -> found.add(Answers.found(item)));
    JsonObject answer = new JsonObject().put("items", found);
    if (page.more()) {
      String cursor = cursor(page.items().getLast());
      answer.put("cursor", cursor).put("next", next(context, cursor));
    }
    return answer;
  }

  private static String next(RoutingContext context, String cursor) {
    StringBuilder next = new StringBuilder("/v1/items?");
    for (String name : new String[] {"q", "brand", "category", "prefix", "limit"}) {
      String value = Query.of(context).get(name);
      if (value != null) {
        next.append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
            .append('&');
      }
    }
    return next.append("cursor=").append(cursor).toString();
  }

  private static Malformed bad(String detail) {
    return new Malformed(Problem.MALFORMED_PARAMETER, detail);
  }

  private static String text(RoutingContext context, String name) throws Malformed {
    String value = Query.of(context).get(name);
    if (value == null) {
      return "";
    }
    if (value.length() > MOST_CHARACTERS) {
      throw bad(
          name + ": found " + value.length() + " characters, expected at most " + MOST_CHARACTERS);
    }
    if (value.indexOf('\0') >= 0) {
      throw bad(name + ": found U+0000, expected text without it");
    }
    return value;
  }

  private static List<String> words(RoutingContext context) throws Malformed {
    String text = text(context, "q");
    List<String> words = Words.of(text);
    if (words.isEmpty() && !text.isEmpty()) {
      throw bad("q: found \"" + Quoted.of(text) + "\", expected a word");
    }
    if (words.size() > Words.MOST) {
      throw bad("q: found " + words.size() + " different words, expected at most " + Words.MOST);
    }
    return words;
  }

  /** A number, or its beginning, in the box for words; whatever form a whole one comes in. */
  private static String digits(RoutingContext context) throws Malformed {
    String text = text(context, "q");
    if (GtinReader.read(text) instanceof Reading.One one) {
      return one.gtin().text();
    }
    String digits = text.replaceAll("[\\h\\p{Pd}]", "");
    return digits.matches("[0-9]{3,14}") ? digits : "";
  }

  private static String prefix(RoutingContext context) throws Malformed {
    String prefix = text(context, "prefix");
    if (!prefix.matches("[0-9]{0,13}")) {
      throw bad("prefix: found \"" + prefix + "\", expected up to 13 digits such as 952");
    }
    return prefix;
  }

  private static int limit(RoutingContext context) throws Malformed {
    return (int) Query.of(context).number("limit", USUAL, 1, MOST);
  }

  private static String cursor(Item last) {
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(last.gtin().value()).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(number);
  }

  private static long cursor(RoutingContext context) throws Malformed {
    String cursor = text(context, "cursor");
    if (cursor.isEmpty()) {
      return 0;
    }
    byte[] number;
    try {
      number = Base64.getUrlDecoder().decode(cursor);
    } catch (IllegalArgumentException notBase64) {
      number = new byte[0];
    }
    if (number.length != Long.BYTES) {
      throw bad("cursor: found \"" + cursor + "\", expected one of an answer");
    }
    return ByteBuffer.wrap(number).getLong();
  }
}
