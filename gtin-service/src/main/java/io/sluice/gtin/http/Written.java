package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An answer as it is sent; nobody changes its bytes.
 *
 * @param tag a strong validator (RFC 9110 section 8.8.3)
 */
record Written(Buffer bytes, String tag) {
  private static final int TAG_BYTES = 8;
  private static final ThreadLocal<MessageDigest> DIGESTS =
      ThreadLocal.withInitial(Written::sha256);

  static Written of(Buffer bytes) {
    byte[] digest = DIGESTS.get().digest(bytes.getBytes());
    return new Written(bytes, "\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"");
  }

  static Written of(JsonObject body) {
    return of(body.toBuffer().appendByte((byte) '\n'));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
