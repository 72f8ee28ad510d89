package io.sluice.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * Until when no gateway asks for a host's certificate: key {@code acme/pauses/<name>}.
 *
 * @param wanted what was asked for ({@link AutoCert#mark}): something else is asked for at once
 * @param length of the pause; the next one is twice as long
 * @param found what went wrong; empty for nothing
 */
public record AcmePause(String wanted, Instant until, Duration length, String found) {
  private static final JsonMapper JSON = new JsonMapper();

  public static String key(String name) {
    return AcmeAccount.FOLDER + "pauses/" + name;
  }

  /**
   * Reads one.
   *
   * @throws IOException when it is none
   */
  public static AcmePause read(String value) throws IOException {
    try {
      JsonNode json = JSON.readTree(value);
      return new AcmePause(
          json.path("Wanted").asText(),
          Instant.ofEpochSecond(json.path("Until").asLong()),
          Duration.ofSeconds(json.path("Seconds").asLong()),
          json.path("Found").asText());
    } catch (JsonProcessingException none) {
      throw new IOException("acme/pauses: found no JSON, expected a pause", none);
    }
  }

  public String toJson() {
    return JSON.createObjectNode()
        .put("Wanted", wanted)
        .put("Until", until.getEpochSecond())
        .put("Seconds", length.toSeconds())
        .put("Found", found)
        .toString();
  }
}
