package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What an operator tells a service of numbers. */
class KnowledgeIT extends RunningService {
  @Test
  void aScalesNumberLeadsToItsItemAndAKnownCompanyDecides() throws Exception {
    int port = FreePort.next();
    int privatePort = FreePort.next();
    Path prefixes = Files.writeString(folder.resolve("prefixes.csv"), "0072036,A Maker\n");
    try (Program service =
        service(
            "all",
            port,
            privatePort,
            "--variable-measure",
            "se",
            "--company-prefixes",
            prefixes.toString())) {
      awaitReady(port);
      send(
          privatePort,
          "PUT",
          "/v1/items/2012345000001",
          "{\"name\":\"Cheese\"}",
          "Content-Type",
          "application/json");
      String body = get(port, "/v1/items/2012345012349").body();
      assertThat(body)
          .contains(
              "\"name\":\"Cheese\"",
              "\"variableMeasure\":{\"item\":\"02012345000001\",\"kind\":\"price\",\"value\":\"12.34\"}");
      String kept = get(port, "/v1/items/2012345000001").body();
      assertThat(kept).contains("variableMeasure");
      assertThat(
              send(
                      privatePort,
                      "PUT",
                      "/v1/items/2012345000001",
                      kept,
                      "Content-Type",
                      "application/json")
                  .statusCode())
          .as("what GET gives PUT takes")
          .isEqualTo(200);
      assertThat(get(port, "/v1/gtins/7203698195").body())
          .contains("\"company\":\"A Maker\"", "\"confidence\":\"likely\"");
      service.terminate();
      assertThat(service.awaitExit(Patience.TIME)).isZero();
    }
  }
}
