package io.sluice.gateway.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrontendSharesTest {
  private static final String RECORD = "{'Type':'http','BackendId':'old','Route':'Path(`/`)'}";

  private static Shift plan(String control) {
    return new Shift(
        "canary", "f", "old", "new", List.of(1, 100), "", "", "", 1, 1, 1, List.of(), control);
  }

  /** Old, control and new, in percent. */
  @ParameterizedTest
  @CsvSource({
    "'', 0, 100, 0, 0",
    "'', 5, 95, 0, 5",
    "'', 100, 0, 0, 100",
    "same, 0, 100, 0, 0",
    "same, 5, 90, 5, 5",
    "same, 50, 0, 50, 50",
    "same, 75, 0, 25, 75",
    "same, 100, 0, 0, 100",
  })
  void theControlGetsAsMuchAsTheNewOneAsLongAsThereIsAsMuch(
      String control, int share, int old, int controlled, int fresh) throws Exception {
    JsonNode record =
        new JsonMapper()
            .readTree(FrontendShares.of(RECORD.replace('\'', '"'), plan(control), share));

    assertThat(record.path("Route").asText()).isEqualTo("Path(`/`)");
    assertThat(share(record, "old")).isEqualTo(old);
    assertThat(share(record, "same")).isEqualTo(controlled);
    assertThat(share(record, "new")).isEqualTo(fresh);
  }

  private static int share(JsonNode record, String backend) {
    if (!record.has("Split")) {
      return record.path("BackendId").asText().equals(backend) ? 100 : 0;
    }
    int weight = 0;
    for (JsonNode each : record.path("Split")) {
      weight += each.path("BackendId").asText().equals(backend) ? each.path("Weight").asInt() : 0;
    }
    return weight;
  }
}
