package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Forms;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/**
 * GS1 Digital Links to this service: each leads to what is known of its item (GS1-Conformant
 * Resolver Standard). A lot or a serial number behind the number leads to its item.
 */
final class LinkRoutes {
  private static final String VOCABULARY = "https://ref.gs1.org/voc/";
  private static final String DEFAULT = VOCABULARY + "defaultLink";

  /** What there are links to, and in which form. */
  private static final Map<String, Representation> LINKS =
      Map.of("pip", Representation.JSON, "masterData", Representation.JSON_LD);

  private LinkRoutes() {}

  /** Redirects to what the link asks for, or answers with all links. */
  static void resolve(RoutingContext context) {
    HttpServerRequest request = context.request();
    String path = request.path().replaceAll("/+$", "");
    if (!(GtinReader.read("https://id.gs1.org" + path, null) instanceof Reading.One one)) {
      NumberRoutes.problem(
          context,
          Problem.MALFORMED_LINK,
          "found " + path + ", expected /01/ and a GTIN with its right check digit");
      return;
    }
    Gtin gtin = one.gtin();
    String linkType = request.getParam("linkType");
    String wanted = linkType == null ? "" : linkType.replaceFirst("^gs1:", "");
    context
        .response()
        .putHeader("Vary", "Accept")
        .putHeader(
            "Link",
            "<"
                + Forms.digitalLink(gtin)
                + ">; rel=\"owl:sameAs\", <"
                + path
                + "?linkType=linkset>; rel=\"linkset\"; type=\"application/linkset+json\"");
    boolean all =
        wanted.equals("linkset")
            || (linkType == null
                && Representation.of(Sending.header(context, "Accept")).orElse(Representation.JSON)
                    == Representation.LINKSET);
    if (all) {
      Sending.as(context, Representation.LINKSET, linkset(gtin).toBuffer(), Sending.A_DAY);
    } else if (linkType == null || wanted.equals("defaultLink") || LINKS.containsKey(wanted)) {
      redirect(context, Answers.path(gtin));
    } else {
      NumberRoutes.problem(
          context, Problem.NO_SUCH_LINK, "found linkType=" + linkType + ", expected gs1:pip");
    }
  }

  /** The query goes with it, as the standard wants. */
  private static void redirect(RoutingContext context, String target) {
    String query = context.request().query();
    String passed =
        query == null ? "" : query.replaceAll("(^|&)linkType=[^&]*", "").replaceFirst("^&", "");
    context
        .response()
        .setStatusCode(307)
        .putHeader("Location", passed.isEmpty() ? target : target + "?" + passed)
        .putHeader("Cache-Control", Sending.A_DAY)
        .end();
  }

  /** RFC 9264 section 4.2, with one default link. */
  static JsonObject linkset(Gtin gtin) {
    String target = Answers.path(gtin);
    JsonObject links =
        new JsonObject()
            .put("anchor", Forms.digitalLink(gtin))
            .put(
                DEFAULT,
                new JsonArray()
                    .add(new JsonObject().put("href", target).put("title", "What is known of it")));
    LINKS.forEach(
        (name, form) ->
            links.put(
                VOCABULARY + name,
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("href", target)
                            .put("title", "What is known of it")
                            .put("type", form.type()))));
    return new JsonObject().put("linkset", new JsonArray().add(links));
  }

  /** The resolver's description file ({@code /.well-known/gs1resolver}). */
  static void description(RoutingContext context) {
    Authority root = Authority.of(context.request());
    if (root == null) {
      NumberRoutes.problem(
          context, Problem.MALFORMED_HOST, "expected a host, with a port or without");
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
                            .put("namespace", VOCABULARY)
                            .put("prefix", "gs1:")
                            .put("types", new JsonArray().add("gs1:pip").add("gs1:masterData")))));
  }
}
