package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file under {@code config} is what its schema says, and the gateway reads it without a word.
 */
class ShippedConfigTest {
  private static final Path ROUTES = Top.path("config", "routes");
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Path> routeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(ROUTES)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("routeFiles")
  void everyFileIsWhatItsSchemaSays(Path file) throws IOException {
    String key = ROUTES.relativize(file).toString().replace(".json", "");

    assertThat(schema(schemaFor(key)).validate(JSON.readTree(Files.readString(file)))).isEmpty();
  }

  @Test
  void theRoutesAreReadWithoutAProblem() throws IOException {
    KeyTree tree = new KeyTree();
    for (Path file : routeFiles()) {
      tree.put(ROUTES.relativize(file).toString().replace(".json", ""), Files.readAllBytes(file));
    }

    Config config = new ConfigReader().read(tree);

    assertThat(config.problems()).isEmpty();
    assertThat(config.listeners()).containsOnlyKeys("public", "private");
    assertThat(config.frontends()).containsOnlyKeys("gtin", "gtin-private");
  }

  /**
   * The schemas are for editors and the reader for gateways; where the one says no, so does the
   * other.
   */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "listeners/l ; {'Protocol':'http'}",
        "listeners/l ; {'Protocol':'http','Address':{'Address':'nowhere'}}",
        "frontends/f/frontend ; {'Type':'http','BackendId':'b'}",
        "frontends/f/frontend ; {'Type':'http','Route':'Path(`/`)'}",
        "frontends/f/frontend ;"
            + " {'Type':'http','BackendId':'b','Split':[{'BackendId':'c'}],'Route':'Path(`/`)'}",
        "backends/b/backend ; {'Type':'tcp'}",
        "backends/b/backend ; {'Type':'http','Settings':{'Timeouts':{'Read':'soon'}}}",
        "backends/b/servers/s ; {'URL':'ftp://h'}",
        "frontends/f/middlewares/m ; {'Type':'ratelimit','Middleware':{'Variable':'client.ip'}}",
        "frontends/f/middlewares/m ;"
            + " {'Type':'connlimit','Middleware':{'Variable':'client.port','Connections':1}}",
      })
  void schemasAndReaderRefuseTheSame(String key, String json) throws IOException {
    String text = json.replace('\'', '"');
    KeyTree tree = new KeyTree();
    tree.put(key, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(schema(schemaFor(key)).validate(JSON.readTree(text))).isNotEmpty();
    assertThat(new ConfigReader().read(tree).problems()).isNotEmpty();
  }

  private static String schemaFor(String key) {
    return switch (Key.parse(key)) {
      case Key.OfListener ignored -> "listener";
      case Key.OfHost ignored -> "host";
      case Key.OfFrontend ignored -> "frontend";
      case Key.OfMiddleware ignored -> "middleware";
      case Key.OfBackend ignored -> "backend";
      case Key.OfServer ignored -> "server";
      default -> throw new AssertionError(key + " has no schema");
    };
  }

  private static Schema schema(String name) {
    try {
      JsonNode schema =
          JSON.readTree(Files.readString(Top.path("config", "schema", name + ".json")));
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(schema);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
