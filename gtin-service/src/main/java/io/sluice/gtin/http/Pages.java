package io.sluice.gtin.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers as pages for people: what a bar code or a link of ours leads a browser to. They run
 * nothing, load nothing from elsewhere, and show every text as text.
 */
final class Pages {
  private static final String STYLE =
      """
      :root{color-scheme:light dark;--line:#8884}
      body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
      h1{line-height:1.2;margin:0 0 .25rem}p.under{margin:0 0 1.5rem;opacity:.75}
      table{border-collapse:collapse;width:100%}
      th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-top:1px solid var(--line)}
      th{font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}
      figure{margin:1.5rem 0;background:#fff;padding:1rem;border-radius:.5rem;text-align:center}
      figure img{max-width:100%;height:auto}
      nav{margin-top:2rem;display:flex;flex-wrap:wrap;gap:1rem}code{font-size:.95em}
      form{display:flex;gap:.5rem;margin:1rem 0}input{flex:1;font:inherit;padding:.4rem}button{font:inherit}
      """;
  private static final String POLICY =
      "default-src 'none'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors"
          + " 'none'; style-src 'sha256-"
          + sha256(STYLE)
          + "'";

  private Pages() {}

  /** What a browser may do with a page: nothing but show it. */
  static void protect(HttpServerResponse response) {
    response
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer");
  }

  /** Any answer. */
  static String of(int status, JsonObject body) {
    if (body.containsKey("item")) {
      return item(body);
    }
    if (body.containsKey("code")) {
      return problem(status, body);
    }
    if (body.containsKey("candidates")) {
      return list(
          "One code, several numbers",
          body.getValue("requested") + " can mean each of these.",
          body.getJsonArray("candidates"));
    }
    if (body.containsKey("links")) {
      return links(body.getJsonArray("links"));
    }
    if (body.containsKey("items")) {
      return found(body);
    }
    String title = body.containsKey("gtin") ? body.getString("gtin") : "Sluice GTIN service";
    return page(title, "", table(body));
  }

  /** The address of the service itself. */
  static String home() {
    return page(
        "GTIN lookup",
        "What a trade item number is, and which item has it.",
        search()
            + "<table>"
            + row("An item", "<code>/v1/items/{code}</code>, in whatever form the code comes")
            + row("What a code is", "<code>/v1/gtins/{code}</code>")
            + row("Digital Links", "<code>/01/{gtin}</code>")
            + "</table><nav><a href=\"/openapi.json\">OpenAPI</a>"
            + "<a href=\"/v1/problems\">Errors and what they mean</a></nav>");
  }

  private static String item(JsonObject body) {
    JsonObject item = body.getJsonObject("item");
    String gtin = body.getString("gtin");
    String path = "/v1/items/" + gtin;
    String under = item.getString("brand") + " · " + item.getString("category");
    StringBuilder page = new StringBuilder();
    page.append("<figure><img alt=\"Bar code of ")
        .append(escaped(gtin))
        .append("\" src=\"")
        .append(path)
        .append("?format=svg\"></figure><table>");
    page.append(row("GTIN", escaped(gtin) + " (" + escaped(body.getString("type")) + ")"));
    for (var form : body.getJsonObject("forms")) {
      page.append(row(words(form.getKey()), escaped(String.valueOf(form.getValue()))));
    }
    JsonObject classification = body.getJsonObject("classification");
    if (!classification.getString("issuer").isEmpty()) {
      page.append(row("Issued by", escaped(classification.getString("issuer"))));
    }
    if (!classification.getJsonArray("kinds").isEmpty()) {
      page.append(row("Kind", value(classification.getJsonArray("kinds"))));
    }
    if (body.containsKey("contains")) {
      page.append(row("Contains", link(body.getString("contains"))));
    }
    page.append("</table><nav>");
    for (Representation each :
        List.of(Representation.JSON, Representation.JSON_LD, Representation.LINKSET)) {
      page.append("<a href=\"")
          .append(path)
          .append("?format=")
          .append(each.format())
          .append("\">")
          .append(each.type())
          .append("</a>");
    }
    return page(
        item.getString("name"),
        under.replaceAll("^ · | · $", ""),
        page.append("</nav>").toString());
  }

  private static String problem(int status, JsonObject body) {
    StringBuilder rest = new StringBuilder(search());
    if (body.containsKey("suggestions") && !body.getJsonArray("suggestions").isEmpty()) {
      rest.append("<p>One slip away there are:</p>")
          .append(items(body.getJsonArray("suggestions")));
    }
    rest.append("<nav><a href=\"")
        .append(escaped(body.getString("type")))
        .append("\">What ")
        .append(escaped(body.getString("code")))
        .append(" means</a></nav>");
    return page(status + " " + body.getString("title"), body.getString("detail"), rest.toString());
  }

  private static String found(JsonObject body) {
    String more =
        body.containsKey("next")
            ? "<nav><a href=\"" + escaped(body.getString("next")) + "\">More</a></nav>"
            : "";
    JsonArray items = body.getJsonArray("items");
    return page(
        "Items",
        items.isEmpty() ? "Nothing was found." : "In the order of their numbers.",
        search() + items(items) + more);
  }

  private static String list(String title, String under, JsonArray candidates) {
    return page(title, under, items(candidates));
  }

  private static String links(JsonArray links) {
    StringBuilder table = new StringBuilder("<table>");
    for (Object each : links) {
      JsonObject link = (JsonObject) each;
      table.append(
          row(
              escaped(link.getString("title")),
              "<a href=\""
                  + escaped(link.getString("href"))
                  + "\">"
                  + escaped(link.getString("href"))
                  + "</a>"));
    }
    return page("Several links", "Each of these is what the link asks for.", table + "</table>");
  }

  private static String items(JsonArray items) {
    StringBuilder table = new StringBuilder("<table>");
    for (Object each : items) {
      JsonObject item = (JsonObject) each;
      JsonObject fields = item.getJsonObject("item", item);
      String name = fields.getString("name", item.getString("form", ""));
      table.append(row(link(item.getString("gtin")), escaped(name)));
    }
    return table.append("</table>").toString();
  }

  private static String search() {
    return "<form action=\"/v1/items\"><input name=\"q\" aria-label=\"Words or digits\">"
        + "<button>Search</button></form>";
  }

  private static String table(JsonObject object) {
    StringBuilder table = new StringBuilder("<table>");
    for (var field : object) {
      table.append(row(words(field.getKey()), value(field.getValue())));
    }
    return table.append("</table>").toString();
  }

  private static String value(@Nullable Object value) {
    return switch (value) {
      case JsonObject object -> table(object);
      case JsonArray array ->
          array.stream().map(Pages::value).reduce((one, other) -> one + "<br>" + other).orElse("");
      case null -> "";
      case Object other -> escaped(other.toString());
    };
  }

  private static String row(String head, String cell) {
    return "<tr><th>" + head + "</th><td>" + cell + "</td></tr>";
  }

  private static String link(String gtin) {
    return "<a href=\"/v1/items/" + escaped(gtin) + "\">" + escaped(gtin) + "</a>";
  }

  /** {@code rowsPerSecond} as words. */
  private static String words(String name) {
    return escaped(
        name.replaceAll("([a-z])([A-Z])", "$1 $2")
            .replaceAll("^(gtin|upc|isbn|ismn|issn)", "$1 ")
            .strip()
            .toLowerCase(Locale.ROOT));
  }

  private static String page(String title, String under, String content) {
    return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
        + " content=\"width=device-width, initial-scale=1\"><title>"
        + escaped(title)
        + "</title><style>"
        + STYLE
        + "</style></head><body><h1>"
        + escaped(title)
        + "</h1><p class=\"under\">"
        + escaped(under)
        + "</p>"
        + content
        + "</body></html>\n";
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
