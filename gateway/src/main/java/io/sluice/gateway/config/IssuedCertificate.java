package io.sluice.gateway.config;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * The certificate that was got for a host with {@link AutoCert}: key {@code
 * acme/certificates/<name>}, written by the gateway that got it.
 *
 * @param directory whose it is
 */
public record IssuedCertificate(String name, String directory, PemPair pair) {
  private static final JsonMapper JSON = new JsonMapper();

  static IssuedCertificate read(String name, JsonRecord json) throws JsonRecord.BadValue {
    String directory = json.string("DirectoryURL", "");
    PemPair pair = PemPair.read(json);
    if (pair == null) {
      throw json.bad("KeyPair", "nothing", "the pair that was got");
    }
    json.close();
    return new IssuedCertificate(name, directory, pair);
  }

  /**
   * One as it stands in the store.
   *
   * @throws IOException when it cannot be read or opened
   */
  public static IssuedCertificate read(String name, String value, SealKeys seals)
      throws IOException {
    try {
      return read(
          name,
          JsonRecord.parse(
              key(name), value.getBytes(StandardCharsets.UTF_8), seals, new ArrayList<>()));
    } catch (JsonRecord.BadValue bad) {
      throw new IOException(bad.problem().toString(), bad);
    }
  }

  public static String key(String name) {
    return Key.ISSUED + name;
  }

  /** As it is kept: sealed, where there is a key to seal with. */
  public String toJson(SealKeys seals) {
    ObjectNode keyPair =
        JSON.createObjectNode().put("Cert", pair.certificate()).put("Key", pair.privateKey());
    ObjectNode record = JSON.createObjectNode().put("DirectoryURL", directory);
    if (seals.canSeal()) {
      record.put("KeyPair", seals.seal(keyPair.toString()));
    } else {
      record.set("KeyPair", keyPair);
    }
    return record.toString();
  }
}
