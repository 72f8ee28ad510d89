package io.sluice.gtin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.CatalogueAddress;
import io.sluice.gtin.telemetry.RequestLog;
import io.sluice.gtin.telemetry.Spans;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenApiTest {
  @TempDir private Path folder;

  private static Set<String> served(Router router) {
    Set<String> served = new TreeSet<>();
    router.getRoutes().stream()
        .filter(route -> route.getName() != null && route.methods() != null)
        .forEach(
            route -> {
              String path =
                  route
                      .getName()
                      .replaceAll("/:([a-z]+)", "/{$1}")
                      .replaceFirst("^/01/[*]?$", "/01/{gtin}");
              for (HttpMethod method : route.methods()) {
                if (method != HttpMethod.OPTIONS && method != HttpMethod.HEAD) {
                  served.add(method.name().toLowerCase(Locale.ROOT) + " " + path);
                }
              }
            });
    return served;
  }

  private static Set<String> described(boolean all) throws Exception {
    Set<String> described = new TreeSet<>();
    try (InputStream file = OpenApiTest.class.getResourceAsStream("/openapi.json")) {
      JsonObject paths = new JsonObject(Buffer.buffer(file.readAllBytes())).getJsonObject("paths");
      for (String path : paths.fieldNames()) {
        JsonObject operations = paths.getJsonObject(path);
        for (String method : operations.fieldNames()) {
          if (all || !operations.getJsonObject(method).containsKey("tags")) {
            described.add(method + " " + path);
          }
        }
      }
    }
    return described;
  }

  @Test
  void whatIsServedIsDescribedAndNothingElse() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (Catalogue catalogue =
        Catalogue.open(CatalogueAddress.of(folder.resolve("c.db").toString()), null)) {
      Api api =
          new Api(
              vertx,
              catalogue,
              Accept.ALL,
              Knowledge.NONE,
              new PrivateNames(List.of()),
              () -> true,
              new RequestMeters(RequestLog.OFF, Spans.OFF));

      assertThat(served(api.privateRouter())).isEqualTo(described(true));
      assertThat(served(api.publicRouter())).isEqualTo(described(false));
    } finally {
      vertx.close();
    }
  }
}
