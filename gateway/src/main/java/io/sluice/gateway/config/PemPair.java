package io.sluice.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and its key.
 *
 * @param certificate the chain, PEM, leaf first
 * @param privateKey PEM; never logged nor returned
 */
public record PemPair(String certificate, String privateKey) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * What a field {@code KeyPair} holds: in clear, sealed, or as Vulcand writes it; null for none.
   */
  static @Nullable PemPair read(JsonRecord json) throws JsonRecord.BadValue {
    if (!json.has("KeyPair")) {
      return null;
    }
    String certificate;
    String privateKey;
    if (json.isText("KeyPair")) {
      JsonNode pair = decoded(json);
      certificate = pem(pair.path("Cert").asText(""));
      privateKey = pem(pair.path("Key").asText(""));
    } else {
      JsonRecord pair = json.object("KeyPair");
      certificate = pem(pair.string("Cert", ""));
      privateKey = pem(pair.string("Key", ""));
      pair.close();
    }
    if (certificate.isEmpty() || privateKey.isEmpty()) {
      throw json.bad("KeyPair", "a key pair without Cert or Key", "{\"Cert\": PEM, \"Key\": PEM}");
    }
    return new PemPair(certificate, privateKey);
  }

  /** What Vulcand keeps in etcd: the pair as JSON, in Base64. */
  private static JsonNode decoded(JsonRecord json) throws JsonRecord.BadValue {
    String expected = "{\"Cert\": PEM, \"Key\": PEM}, or the Base64 of such an object";
    String text = json.secret("KeyPair");
    try {
      boolean opened = text.stripLeading().startsWith("{");
      JsonNode pair =
          opened ? JSON.readTree(text) : JSON.readTree(Base64.getDecoder().decode(text));
      if (pair != null && pair.isObject()) {
        return pair;
      }
    } catch (IllegalArgumentException | java.io.IOException unreadable) {
      // The text is secret, so the error does not repeat it.
    }
    throw json.bad("KeyPair", "a text that is not the Base64 of a key pair", expected);
  }

  /** PEM as it is, or in Base64, as Go writes bytes. */
  private static String pem(String text) {
    if (text.isEmpty() || text.contains("-----BEGIN")) {
      return text;
    }
    try {
      return new String(Base64.getDecoder().decode(text), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException notBase64) {
      return text;
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "PemPair";
  }
}
