package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How answers go out: as JSON, or as a page to a browser; with a validator, and not at all where
 * the client has them; compressed where that is worth it.
 */
final class Sending {
  private static final int WORTH_COMPRESSING = 1_024;

  /** Also of a query that cannot be read. */
  private static final Pattern FORMAT = Pattern.compile("(?:^|&)format=([a-z-]*)");

  /** Of what may be another answer the next time. */
  static final String ALWAYS_ASK = "no-cache";

  /** Of what is a function of the request alone. */
  static final String A_DAY = "public, max-age=86400";

  private static final String NEVER_KEEP = "no-store";
  private static final String PROBLEM = "application/problem+json";

  private Sending() {}

  /** An answer that may be another one the next time. */
  static void json(RoutingContext context, int status, JsonObject body) {
    send(context, status, "application/json", body, ALWAYS_ASK);
  }

  /** An answer that is a function of the request alone, good for a day. */
  static void lasting(RoutingContext context, int status, JsonObject body) {
    send(context, status, "application/json", body, A_DAY);
  }

  /**
   * The answer to a write: what an item is now. With its tag where the client has sent changes;
   * whoever has sent the whole would take the tag for that of what he sent, which is kept otherwise
   * (RFC 9110 section 9.3.4).
   */
  static void written(RoutingContext context, int status, JsonObject body) {
    Written written = Written.of(body);
    if (context.request().method() == HttpMethod.PATCH) {
      context.response().putHeader("ETag", written.tag());
    }
    context
        .response()
        .setStatusCode(status)
        .putHeader("Cache-Control", NEVER_KEEP)
        .putHeader("Content-Type", "application/json")
        .end(written.bytes());
  }

  /** A problem (RFC 9457). */
  static void problem(RoutingContext context, Problem problem, String detail) {
    problem(context, problem.status(), problem.body(detail));
  }

  static void problem(RoutingContext context, int status, JsonObject body) {
    send(context, status, PROBLEM, body, NEVER_KEEP);
  }

  /**
   * What is answered to a code.
   *
   * @param caching of anything but problems
   */
  static void answer(RoutingContext context, Answer answer, String caching) {
    if (answer.isProblem()) {
      problem(context, answer.status(), answer.body());
    } else if (isForPeople(context)) {
      page(context, answer.status(), answer.body(), caching);
    } else {
      send(context, answer.status(), "application/json", answer.written(), caching);
    }
  }

  /** An item in a form, or something else that is there ready. */
  static void as(RoutingContext context, Representation form, Written answer, String caching) {
    send(context, 200, form.type(), answer, caching);
  }

  /** A page for people. */
  static void page(RoutingContext context, int status, String page, String caching) {
    Pages.protect(context.response());
    send(context, status, "text/html; charset=utf-8", Written.of(Buffer.buffer(page)), caching);
  }

  /** The page of an answer. */
  static void page(RoutingContext context, int status, JsonObject body, String caching) {
    page(context, status, Pages.of(status, body), caching);
  }

  private static void send(
      RoutingContext context, int status, String type, JsonObject body, String caching) {
    if (isForPeople(context)) {
      page(context, status, body, caching);
    } else {
      send(context, status, type, Written.of(body), caching);
    }
  }

  /** Whether a browser shows the answer to somebody. */
  static boolean isForPeople(RoutingContext context) {
    HttpMethod method = context.request().method();
    String accept = header(context, "Accept");
    String query = String.valueOf(context.request().query());
    Matcher named = FORMAT.matcher(query);
    String format = named.find() ? named.group(1) : null;
    return accept != null
        && (format == null || format.equals(Representation.HTML.format()))
        && (method == HttpMethod.GET || method == HttpMethod.HEAD)
        && Representation.of(accept).orElse(Representation.JSON) == Representation.HTML;
  }

  private static void send(
      RoutingContext context, int status, String type, Written answer, String caching) {
    Buffer bytes = answer.bytes();
    HttpServerResponse response = context.response();
    HttpMethod method = context.request().method();
    boolean reading = method == HttpMethod.GET || method == HttpMethod.HEAD;
    if (!response.headers().contains("Vary")) {
      response.putHeader("Vary", "Accept, Accept-Encoding");
    }
    boolean small =
        bytes.length() >= WORTH_COMPRESSING
            && !type.equals(Representation.PNG.type())
            && takesGzip(context);
    if (reading && !caching.equals(NEVER_KEEP)) {
      // Each coding is a representation of its own (RFC 9110 section 8.8.3.3).
      String tag = small ? answer.tag().replaceFirst("\"$", "-gzip\"") : answer.tag();
      response.putHeader("ETag", tag).putHeader("Cache-Control", caching);
      if (status < 300 && isElse(context, tag)) {
        problem(
            context, Problem.PRECONDITION_FAILED, "found an answer that If-Match does not name");
        return;
      }
      if (status < 300 && lists(header(context, "If-None-Match"), tag, true)) {
        response.setStatusCode(304).end();
        return;
      }
    } else {
      response.headers().remove("ETag");
      response.putHeader("Cache-Control", NEVER_KEEP);
    }
    Buffer sent = small ? gzip(bytes) : bytes;
    if (small) {
      response.putHeader("Content-Encoding", "gzip");
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Content-Length", Integer.toString(sent.length()));
    if (method == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(sent);
    }
  }

  /** Whether the client wants an answer that it knows, and this is another one (section 13.1.1). */
  private static boolean isElse(RoutingContext context, String tag) {
    String ifMatch = header(context, "If-Match");
    return ifMatch != null && !lists(ifMatch, tag, false);
  }

  /** RFC 9110 section 12.5.3: what is named counts before everything, and weight 0 refuses. */
  private static boolean takesGzip(RoutingContext context) {
    String codings = header(context, "Accept-Encoding");
    if (codings == null) {
      return false;
    }
    boolean any = false;
    for (String each : codings.split(",", -1)) {
      String[] parts = each.strip().split("\\s*;\\s*", -1);
      boolean wanted = Arrays.stream(parts).noneMatch(part -> part.matches("(?i)q=0(\\.0*)?"));
      if (parts[0].equalsIgnoreCase("gzip")) {
        return wanted;
      }
      any |= wanted && parts[0].equals("*");
    }
    return any;
  }

  private static Buffer gzip(Buffer bytes) {
    ByteArrayOutputStream small = new ByteArrayOutputStream(bytes.length() / 4);
    try (GZIPOutputStream out = fast(small)) {
      out.write(bytes.getBytes());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return Buffer.buffer(small.toByteArray());
  }

  private static GZIPOutputStream fast(ByteArrayOutputStream into) throws IOException {
    return new GZIPOutputStream(into) {
      {
        def.setLevel(Deflater.BEST_SPEED);
      }
    };
  }

  /** All values of a field as one list, or null (RFC 9110 section 5.3). */
  static @Nullable String header(RoutingContext context, String name) {
    List<String> values = context.request().headers().getAll(name);
    return values.isEmpty() ? null : String.join(",", values);
  }

  /**
   * Whether a list of tags has this one, or everything (RFC 9110 sections 13.1.1 and 13.1.2).
   *
   * @param weak whether a weak tag is as good as a strong one
   */
  static boolean lists(@Nullable String tags, String tag, boolean weak) {
    if (tags == null) {
      return false;
    }
    for (String each : tags.split(",", -1)) {
      String one = each.strip();
      if (one.equals("*") || (weak && one.startsWith("W/") ? one.substring(2) : one).equals(tag)) {
        return true;
      }
    }
    return false;
  }
}
