package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Quoted;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request's body is (RFC 9110 section 8.3): compared as a whole, without case.
 *
 * @param name type and subtype in small letters; empty where none was sent, or none that is one
 * @param charset the parameter's value; empty where there is none
 */
record MediaType(String name, String charset) {
  private static final Pattern TYPE =
      Pattern.compile("\\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)\\s*(;.*)?");
  private static final Pattern CHARSET =
      Pattern.compile("(?i);\\s*charset\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;\"]+))");

  /** What rows may be sent as, for a message. */
  static final String ROWS =
      "text/csv, application/x-ndjson or application/json, or application/gzip of one";

  private static final Set<String> FILES =
      Set.of("text/csv", "text/tab-separated-values", "application/gzip", "application/zip");
  private static final Set<String> LINES = Set.of("application/x-ndjson", "application/jsonl");
  private static final String MERGE_PATCH = "application/merge-patch+json";

  static MediaType of(HttpServerRequest request) {
    return of(request.getHeader("Content-Type"));
  }

  static MediaType of(@Nullable String header) {
    Matcher type = TYPE.matcher(header == null ? "" : header);
    if (!type.matches()) {
      return new MediaType("", "");
    }
    Matcher charset = CHARSET.matcher(type.group(2) == null ? "" : type.group(2));
    String found =
        charset.find() ? (charset.group(1) == null ? charset.group(2) : charset.group(1)) : "";
    return new MediaType(type.group(1).toLowerCase(Locale.ROOT), found);
  }

  /** A JSON value a line. */
  boolean isLines() {
    return LINES.contains(name) && isUtf8();
  }

  /**
   * Rows of a file: CSV, a JSON object a line, or an array of them; the file itself says which, and
   * how compressed.
   */
  boolean isRows() {
    return isLines() || FILES.contains(name) || (name.equals("application/json") && isUtf8());
  }

  /** JSON is UTF-8 (RFC 8259 section 8.1). */
  private boolean isUtf8() {
    return charset.isEmpty() || charset.equalsIgnoreCase("utf-8");
  }

  /** Lets JSON pass, and refuses anything else: a form would be decoded as one. */
  static void onlyJson(RoutingContext context) {
    only(context, Set.of("application/json"));
  }

  /** Lets a patch pass that is merged (RFC 7396); others would be merged as one (RFC 5789). */
  static void onlyPatch(RoutingContext context) {
    context.response().putHeader("Accept-Patch", MERGE_PATCH);
    only(context, Set.of(MERGE_PATCH, "application/json"));
  }

  private static void only(RoutingContext context, Set<String> names) {
    MediaType type = of(context.request());
    if (names.contains(type.name) && type.isUtf8()) {
      context.next();
    } else {
      new Malformed(
              Problem.UNSUPPORTED_MEDIA_TYPE,
              "found Content-Type "
                  + Quoted.of(context.request().getHeader("Content-Type"))
                  + ", expected "
                  + String.join(" or ", names.stream().sorted().toList())
                  + " in UTF-8")
          .answer(context);
    }
  }

  /** Whether a body comes in gzip. */
  static boolean isGzip(RoutingContext context) {
    String coding = Sending.header(context, "Content-Encoding");
    return coding != null && coding.strip().equalsIgnoreCase("gzip");
  }

  /**
   * Refuses a body in a coding that nobody takes off again (RFC 9110 section 15.5.16), and lines in
   * any, as they are answered while they come.
   */
  static void checkCoding(RoutingContext context) {
    String coding = Sending.header(context, "Content-Encoding");
    boolean plain =
        coding == null || coding.isBlank() || coding.strip().equalsIgnoreCase("identity");
    boolean lines = context.request().path().endsWith(":lookup") && of(context.request()).isLines();
    if (plain || (isGzip(context) && !lines)) {
      context.next();
      return;
    }
    context.response().putHeader("Accept-Encoding", "gzip");
    new Malformed(
            Problem.UNSUPPORTED_MEDIA_TYPE,
            "found Content-Encoding " + Quoted.of(coding) + ", expected gzip or none")
        .answer(context);
  }
}
