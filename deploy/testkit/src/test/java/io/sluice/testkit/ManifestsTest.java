package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Kubernetes manifests against the models that Kubernetes generates from its own published
 * OpenAPI: unknown fields, missing ones and wrong kinds of values are refused.
 */
class ManifestsTest {
  /** The base; or with {@code -Dmanifests}, what an overlay was rendered to. */
  private static final Path FOLDER =
      Path.of(System.getProperty("manifests", Top.path("deploy", "kubernetes", "base").toString()));

  private static final YAMLMapper YAML = new YAMLMapper();

  static List<JsonNode> objects() {
    List<JsonNode> objects = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(each -> !each.endsWith("kustomization.yaml")).toList()) {
        YAML.readerFor(JsonNode.class)
            .<JsonNode>readValues(file.toFile())
            .forEachRemaining(objects::add);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return objects;
  }

  @ParameterizedTest
  @MethodSource("objects")
  void everyObjectIsAsThePublishedSchemaWantsIt(JsonNode object) throws Exception {
    check(object);
  }

  @Test
  void aFieldThatDoesNotExistIsFound() {
    ObjectNode service = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "Service");
    service.putObject("spec").put("selektor", "x");

    assertThatThrownBy(() -> check(service)).hasMessageContaining("selektor");
  }

  @ParameterizedTest
  @MethodSource("objects")
  void noPodMayDoWhatItNeedNot(JsonNode object) {
    JsonNode pod = object.path("spec").path("template").path("spec");
    if (pod.isMissingNode()) {
      return;
    }
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
    for (JsonNode container : pod.path("containers")) {
      JsonNode security = container.path("securityContext");
      assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(security.path("capabilities").path("drop").path(0).asText()).isEqualTo("ALL");
      assertThat(container.path("resources").path("limits").has("memory")).isTrue();
    }
  }

  private static void check(JsonNode object) throws Exception {
    String group = object.path("apiVersion").asText().replaceAll(".*/", "");
    String version = group.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + group.substring(1);
    Class<?> model =
        Class.forName(
            "io.kubernetes.client.openapi.models." + version + object.path("kind").asText());
    try {
      model
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, JsonParser.parseString(object.toString()));
    } catch (InvocationTargetException refused) {
      throw (Exception) refused.getCause();
    }
  }
}
