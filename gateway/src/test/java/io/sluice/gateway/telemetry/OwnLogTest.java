package io.sluice.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OwnLogTest {
  @Test
  void aLineOfJsonIsOneObjectWhateverStandsInIt() throws IOException {
    LoggingEvent event =
        new LoggingEvent(
            "x",
            new LoggerContext().getLogger("io.sluice.Test"),
            Level.WARN,
            "said \"{}\"\nand\u0007 more",
            new IOException("why"),
            new Object[] {"é"});

    String line = new String(new OwnLogJson().encode(event), StandardCharsets.UTF_8);

    assertThat(line).endsWith("}\n").doesNotContain("\u0007");
    assertThat(line.trim()).doesNotContain("\n");
    JsonNode json = new JsonMapper().readTree(line);
    assertThat(json.path("level").asText()).isEqualTo("WARN");
    assertThat(json.path("logger").asText()).isEqualTo("io.sluice.Test");
    assertThat(json.path("message").asText()).isEqualTo("said \"é\"\nand\u0007 more");
    assertThat(json.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    assertThat(json.path("stack_trace").asText()).startsWith("java.io.IOException: why");
  }

  @Test
  void aLevelThatIsNoneChangesNothing() {
    String before = OwnLog.level();
    assertThat(OwnLog.setLevel("loud")).isFalse();
    assertThat(OwnLog.level()).isEqualTo(before);
  }
}
