package io.sluice.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certificate for a name: key {@code hosts/<name>/host}. The name is exact or {@code
 * *.example.com}, which stands for one more label.
 *
 * @param isDefault whether it answers for names that no host has, and for clients that send none
 * @param certificate the chain, PEM, leaf first; empty where the host has no key pair
 * @param privateKey its key, PEM; never logged nor returned
 * @param ocsp how its issuer's word on it is got; null for not at all
 */
public record Host(
    String name, boolean isDefault, String certificate, String privateKey, @Nullable Ocsp ocsp) {
  private static final JsonMapper JSON = new JsonMapper();

  static Host read(String name, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Name");
    json.ignore("Id");
    JsonRecord settings = json.object("Settings");
    final boolean isDefault = settings.bool("Default", false);
    String certificate = "";
    String privateKey = "";
    if (settings.isText("KeyPair")) {
      JsonNode pair = decoded(settings);
      certificate = pem(pair.path("Cert").asText(""));
      privateKey = pem(pair.path("Key").asText(""));
    } else if (settings.has("KeyPair")) {
      JsonRecord pair = settings.object("KeyPair");
      certificate = pem(pair.string("Cert", ""));
      privateKey = pem(pair.string("Key", ""));
      pair.close();
    }
    if (settings.has("KeyPair") && (certificate.isEmpty() || privateKey.isEmpty())) {
      throw settings.bad(
          "KeyPair", "a key pair without Cert or Key", "{\"Cert\": PEM, \"Key\": PEM}");
    }
    Ocsp ocsp = Ocsp.read(settings.object("OCSP"));
    settings.notActedOn("AutoCert", "the KeyPair alone");
    settings.close();
    json.close();
    return new Host(name.toLowerCase(Locale.ROOT), isDefault, certificate, privateKey, ocsp);
  }

  public boolean hasKeyPair() {
    return !certificate.isEmpty();
  }

  /** What Vulcand keeps in etcd: the pair as JSON, in Base64. */
  private static JsonNode decoded(JsonRecord settings) throws JsonRecord.BadValue {
    String expected = "{\"Cert\": PEM, \"Key\": PEM}, or the Base64 of such an object";
    String text = settings.secret("KeyPair");
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
    throw settings.bad("KeyPair", "a text that is not the Base64 of a key pair", expected);
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
    return "Host[name=" + name + ", isDefault=" + isDefault + "]";
  }
}
