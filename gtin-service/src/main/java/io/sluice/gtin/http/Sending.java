package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** How answers go out: as JSON, with a validator, and not at all where the client has them. */
final class Sending {
  private static final int TAG_BYTES = 8;

  private Sending() {}

  /** An answer that may be another one the next time. */
  static void json(RoutingContext context, int status, JsonObject body) {
    send(context, status, body, "no-cache");
  }

  /** An answer that is a function of the request alone, good for a day. */
  static void lasting(RoutingContext context, int status, JsonObject body) {
    send(context, status, body, "public, max-age=86400");
  }

  private static void send(RoutingContext context, int status, JsonObject body, String caching) {
    HttpServerResponse response = context.response();
    boolean problem = body.containsKey("code");
    Buffer bytes = Buffer.buffer(body.encode() + "\n");
    response.putHeader("Content-Type", problem ? "application/problem+json" : "application/json");
    boolean reading =
        context.request().method() == HttpMethod.GET
            || context.request().method() == HttpMethod.HEAD;
    if (!problem && reading) {
      String tag = tag(bytes);
      response.putHeader("ETag", tag).putHeader("Cache-Control", caching);
      if (status < 300 && matches(context.request().getHeader("If-None-Match"), tag)) {
        response.headers().remove("Content-Type");
        response.setStatusCode(304).end();
        return;
      }
    } else {
      response.putHeader("Cache-Control", "no-store");
    }
    response.setStatusCode(status).putHeader("Content-Length", Integer.toString(bytes.length()));
    if (context.request().method() == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(bytes);
    }
  }

  /** RFC 9110 section 13.1.2: any of the list, weak or not, or everything. */
  static boolean matches(@Nullable String ifNoneMatch, String tag) {
    if (ifNoneMatch == null) {
      return false;
    }
    for (String each : ifNoneMatch.split(",", -1)) {
      String one = each.strip();
      if (one.equals("*") || (one.startsWith("W/") ? one.substring(2) : one).equals(tag)) {
        return true;
      }
    }
    return false;
  }

  private static String tag(Buffer bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.getBytes());
      return "\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"";
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
