package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How answers go out: as JSON, with a validator, and not at all where the client has them. */
final class Sending {
  private static final int TAG_BYTES = 8;
  private static final ThreadLocal<MessageDigest> DIGESTS =
      ThreadLocal.withInitial(Sending::sha256);

  /** Of what may be another answer the next time. */
  static final String ALWAYS_ASK = "no-cache";

  /** Of what is a function of the request alone. */
  static final String A_DAY = "public, max-age=86400";

  private static final String NEVER_KEEP = "no-store";

  private Sending() {}

  /** An answer that may be another one the next time. */
  static void json(RoutingContext context, int status, JsonObject body) {
    send(context, status, body, ALWAYS_ASK);
  }

  /** The same of what is written already. */
  static void json(RoutingContext context, int status, Buffer bytes) {
    send(context, status, "application/json", bytes, ALWAYS_ASK);
  }

  /** An answer that is a function of the request alone, good for a day. */
  static void lasting(RoutingContext context, int status, JsonObject body) {
    send(context, status, body, A_DAY);
  }

  /** An answer in another form than JSON. */
  static void as(RoutingContext context, Representation form, Buffer bytes, String caching) {
    send(context, 200, form.type(), bytes, caching);
  }

  private static void send(RoutingContext context, int status, JsonObject body, String caching) {
    boolean problem = body.containsKey("code");
    send(
        context,
        status,
        problem ? "application/problem+json" : "application/json",
        bytes(body),
        problem ? NEVER_KEEP : caching);
  }

  private static void send(
      RoutingContext context, int status, String type, Buffer bytes, String caching) {
    HttpServerResponse response = context.response();
    HttpMethod method = context.request().method();
    boolean storable = !caching.equals(NEVER_KEEP);
    if (storable && (method == HttpMethod.GET || method == HttpMethod.HEAD)) {
      String tag = tag(bytes);
      response.putHeader("ETag", tag).putHeader("Cache-Control", caching);
      if (status < 300 && lists(header(context, "If-None-Match"), tag, true)) {
        response.setStatusCode(304).end();
        return;
      }
    } else {
      response.putHeader("Cache-Control", NEVER_KEEP);
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Content-Length", Integer.toString(bytes.length()));
    if (method == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(bytes);
    }
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

  /** An answer as it is sent. */
  static Buffer bytes(JsonObject body) {
    return body.toBuffer().appendByte((byte) '\n');
  }

  /** The validator of an answer in JSON. */
  static String tag(JsonObject body) {
    return tag(bytes(body));
  }

  /** A strong validator of an answer (RFC 9110 section 8.8.3). */
  static String tag(Buffer bytes) {
    byte[] digest = DIGESTS.get().digest(bytes.getBytes());
    return "\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"";
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
