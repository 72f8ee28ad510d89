package io.sluice.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.config.SealKeys.SealedException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * By which key an authority knows the fleet: key {@code acme/accounts/<hash of the directory>}.
 *
 * @param directory where the authority describes itself
 * @param privateKey PEM; never logged nor returned
 */
public record AcmeAccount(URI directory, String privateKey) {
  /** Of all that gateways keep of certificates that they get. */
  public static final String FOLDER = "acme/";

  private static final JsonMapper JSON = new JsonMapper();
  private static final int HASH_BYTES = 8;

  public static String key(URI directory) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(directory.toString().getBytes(StandardCharsets.UTF_8));
      return FOLDER + "accounts/" + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Reads one.
   *
   * @throws IOException when it cannot be read or opened
   */
  public static AcmeAccount read(URI directory, String value, SealKeys seals) throws IOException {
    try {
      JsonNode key = JSON.readTree(value).path("Key");
      String text = key.asText();
      return new AcmeAccount(directory, SealKeys.isSealed(text) ? seals.open(text) : text);
    } catch (JsonProcessingException notJson) {
      throw new IOException(key(directory) + ": found no JSON, expected an account", notJson);
    } catch (SealedException closed) {
      throw new IOException(key(directory) + ": found " + closed.getMessage(), closed);
    }
  }

  /** As it is kept: sealed, where there is a key to seal with. */
  public String toJson(SealKeys seals) {
    return JSON.createObjectNode()
        .put("DirectoryURL", directory.toString())
        .put("Key", seals.canSeal() ? seals.seal(privateKey) : privateKey)
        .toString();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "AcmeAccount[" + directory + "]";
  }
}
