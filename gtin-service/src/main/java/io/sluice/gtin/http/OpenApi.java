package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The description of the API (OpenAPI 3.1). */
final class OpenApi {
  private static final JsonObject DESCRIPTION = read();

  private OpenApi() {}

  static void send(RoutingContext context) {
    Sending.lasting(context, 200, DESCRIPTION);
  }

  private static JsonObject read() {
    try (InputStream file = OpenApi.class.getResourceAsStream("/openapi.json")) {
      if (file == null) {
        throw new IllegalStateException("openapi.json is missing from the jar");
      }
      return new JsonObject(Buffer.buffer(file.readAllBytes()));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
