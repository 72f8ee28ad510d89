package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.ItemLink;
import io.sluice.gtin.gtin.Quoted;
import io.sluice.gtin.gtin.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GS1 Digital Links to this service: each leads to what is known of its item (GS1-Conformant
 * Resolver Standard). A lot or a serial number behind the number leads to its item. What is no link
 * from its first character to its last is a 400, and an item that nobody has is linked nowhere.
 */
final class LinkRoutes {
  private static final String GS1 = "https://id.gs1.org";

  private final Vertx vertx;
  private final CodeAnswers answers;

  LinkRoutes(Vertx vertx, CodeAnswers answers) {
    this.vertx = vertx;
    this.answers = answers;
  }

  /** Redirects to what the link asks for, or answers with all links. */
  void resolve(RoutingContext context) {
    HttpServerRequest request = context.request();
    switch (ItemLink.read(request.path(), request.query())) {
      // That of every door for two numbers in one text.
      case ItemLink.Broken broken when broken.code() == Refusal.SEVERAL_ITEMS ->
          Sending.problem(
              context,
              400,
              Answers.problem(400, broken.code().code(), "Bad Request", broken.detail()));
      case ItemLink.Broken broken when request.path().startsWith("/01/") ->
          Sending.problem(context, Problem.MALFORMED_LINK, broken.detail());
      // Any long word could be taken for a packed link that is broken.
      case ItemLink.Broken none ->
          Sending.problem(
              context,
              Problem.NO_SUCH_PATH,
              "found " + Quoted.of(request.path()) + ", expected a path of the API");
      case ItemLink.Of link -> resolve(context, link);
    }
  }

  private void resolve(RoutingContext context, ItemLink.Of link) {
    String number = link.gtin().text();
    Input input = new Input(context.request().uri(), number, As.ANYTHING);
    Asking.ask(vertx, answers.answer(CodeAnswers.Question.ITEM, input))
        .onSuccess(
            answer -> {
              if (answer.isProblem()) {
                Sending.answer(context, answer, Sending.ALWAYS_ASK);
              } else {
                lead(context, link, answer.found().getFirst().item());
              }
            })
        .onFailure(context::fail);
  }

  private static void lead(RoutingContext context, ItemLink.Of link, Item item) {
    context
        .response()
        .putHeader("Vary", "Accept, Accept-Language, Accept-Encoding")
        .putHeader(
            "Link",
            "<"
                + GS1
                + link.path()
                + ">; rel=\"owl:sameAs\", <"
                + link.path()
                + "?linkType=linkset>; rel=\"linkset\"; type=\"application/linkset+json\", <"
                + Linkset.CONTEXT
                + ">; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"");
    String type = linkType(context);
    boolean all =
        "linkset".equals(type)
            || (type == null
                && Representation.of(Sending.header(context, "Accept")).orElse(Representation.JSON)
                    == Representation.LINKSET);
    if (all) {
      Sending.as(
          context,
          Representation.LINKSET,
          Written.of(Linkset.of(item, link.qualifiers()).toBuffer()),
          Sending.ALWAYS_ASK);
      return;
    }
    List<Linkset.Target> targets =
        Linkset.of(
            item,
            link.qualifiers(),
            type == null ? "defaultLink" : type,
            Sending.header(context, "Accept-Language"),
            Sending.header(context, "Accept"));
    switch (targets.size()) {
      case 0 ->
          Sending.problem(
              context,
              Problem.NO_SUCH_LINK,
              "found linkType=" + Quoted.of(type) + ", expected one that ?linkType=linkset has");
      case 1 -> redirect(context, targets.getFirst().href());
      default -> choose(context, targets);
    }
  }

  /** Several fit equally well. */
  private static void choose(RoutingContext context, List<Linkset.Target> targets) {
    JsonArray links = new JsonArray();
    targets.forEach(target -> links.add(target.json()));
    Sending.json(context, 300, new JsonObject().put("links", links));
  }

  private static @Nullable String linkType(RoutingContext context) {
    return context.queryParams().get("linkType");
  }

  /** The query goes with it, as the standard wants. */
  private static void redirect(RoutingContext context, String target) {
    String query = context.request().query();
    String passed =
        query == null ? "" : query.replaceAll("(^|&)linkType=[^&]*", "").replaceFirst("^&", "");
    String mark =
        (target.replaceFirst("#.*", "").indexOf('?') < 0 ? "?" : "&")
            + (target.startsWith("/") ? Query.VIA_LINK + "&" : "");
    context
        .response()
        .setStatusCode(307)
        .putHeader("Location", passed.isEmpty() ? target : with(target, mark + passed))
        .putHeader("Cache-Control", Sending.ALWAYS_ASK)
        .end();
  }

  /** A query stands before a fragment. */
  private static String with(String target, String query) {
    int fragment = target.indexOf('#');
    return fragment < 0
        ? target + query
        : target.substring(0, fragment) + query + target.substring(fragment);
  }

  /** The resolver's description file ({@code /.well-known/gs1resolver}). */
  static void description(RoutingContext context) {
    Authority root = Authority.of(context.request());
    if (root == null) {
      Sending.problem(context, Problem.MALFORMED_HOST, "expected a host, with a port or without");
      return;
    }
    Sending.json(
        context,
        200,
        new JsonObject()
            .put("name", "Sluice GTIN service")
            .put("resolverRoot", root.toString())
            .put("supportedPrimaryKeys", new JsonArray().add("01"))
            .put("linkTypeDefaultCanBeLinkset", false)
            .put(
                "supportedLinkTypes",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("namespace", Linkset.VOCABULARY)
                            .put("prefix", "gs1:")
                            .put("types", Linkset.types("gs1:")))));
  }
}
