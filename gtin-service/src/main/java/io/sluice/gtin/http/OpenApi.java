package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The description of the API (OpenAPI 3.1). */
final class OpenApi {
  private static final JsonObject DESCRIPTION = read();
  private static final Written WRITTEN = Written.of(DESCRIPTION.toBuffer());

  private OpenApi() {}

  static void send(RoutingContext context) {
    Sending.as(context, Representation.JSON, WRITTEN, Sending.A_DAY);
  }

  /**
   * The names of the parameters that an operation's address may have.
   *
   * @param path as a router has it: {@code /v1/items/:code}
   */
  static Set<String> parameters(String path, HttpMethod method) {
    String described = path.replaceAll("/:([a-z]+)", "/{$1}").replace("/01/*", "/01/{gtin}");
    Set<String> names = new TreeSet<>();
    JsonObject operations = DESCRIPTION.getJsonObject("paths").getJsonObject(described);
    if (operations == null) {
      throw new IllegalStateException("openapi.json has no " + described);
    }
    JsonObject operation =
        operations.getJsonObject(method.name().toLowerCase(Locale.ROOT), new JsonObject());
    for (Object each : operation.getJsonArray("parameters", new JsonArray())) {
      JsonObject parameter = (JsonObject) each;
      if (parameter.getString("in", "").equals("query")) {
        names.add(parameter.getString("name"));
      }
    }
    return names;
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
