package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class LayeredDefaultsTest {
  private static final String URL = "http://127.0.0.1:2379";

  @TempDir private Path folder;

  @Test
  void theEnvironmentWinsOverTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "id: of-file\ndrain-timeout: 7\n");
    Map<String, String> environment =
        Map.of("SLUICE_CONFIG", file.toString(), "SLUICE_ID", "of-environment");

    assertThat(value("--id", environment, "serve")).isEqualTo("of-environment");
    assertThat(value("--drain-timeout", environment, "serve")).isEqualTo("7");
    assertThat(value("--admin", environment, "serve")).isNull();
  }

  @Test
  void whereTheTreeComesFromTheNearerLayerSaysAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "etcd: " + URL + "\n");
    Map<String, String> variable = Map.of("SLUICE_ETCD", URL);
    Map<String, String> both = Map.of("SLUICE_CONFIG", file.toString(), "SLUICE_ROUTES", "/r");
    Map<String, String> ofFile = Map.of("SLUICE_CONFIG", file.toString());

    assertThat(value("--etcd", variable, "serve")).isEqualTo(URL);
    assertThat(value("--etcd", variable, "serve", "--routes", "/r")).isNull();
    assertThat(value("--etcd", variable, "serve", "--routes=/r")).isNull();
    assertThat(value("--etcd", ofFile, "serve")).isEqualTo(URL);
    assertThat(value("--etcd", ofFile, "serve", "--routes", "/r")).isNull();
    assertThat(value("--etcd", both, "serve")).isNull();
    assertThat(value("--routes", both, "serve")).isEqualTo("/r");
    assertThat(value("--routes", both, "serve", "--etcd", URL)).isNull();
  }

  @Test
  void variablesThatAreNoOptionsAreKnown() throws IOException {
    Map<String, String> environment =
        Map.of(
            "SLUICE_DRAIN_TIMEOT", "1s",
            "SLUICE_DRAIN_TIMEOUT", "1s",
            "SLUICE_ETCD_CA", "ca.pem",
            "SLUICE_LOG_LEVEL", "DEBUG",
            "SLUICE_SERVICE_HOST", "10.0.0.1",
            "SLUICE_PORT_8080_TCP_ADDR", "10.0.0.1",
            "SLUICE_GATEWAY_SERVICE_PORT_HTTP", "8080",
            "OTHER", "x");

    assertThat(LayeredDefaults.of(new String[0], environment).unknownVariables(Main::command))
        .containsExactly("SLUICE_DRAIN_TIMEOT");
  }

  @Test
  void keysOfTheFileThatAreNoOptionsAreKnown() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "drain-timeot: 7\nid: a\n");
    LayeredDefaults defaults =
        LayeredDefaults.of(new String[] {"serve", "--config", file.toString()}, Map.of());

    assertThat(defaults.unknownKeys(() -> new CommandLine(new ServeCommand())))
        .containsExactly("drain-timeot");
  }

  private static @Nullable String value(
      String option, Map<String, String> environment, String... arguments) throws IOException {
    OptionSpec spec = new CommandLine(new ServeCommand()).getCommandSpec().findOption(option);
    return LayeredDefaults.of(arguments, environment).defaultValue(spec);
  }
}
