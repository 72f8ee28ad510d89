package io.sluice.gtin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.DatabindCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
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
  private static final int USUAL_BYTES = 768;
  private static final ThreadLocal<MessageDigest> DIGESTS =
      ThreadLocal.withInitial(Written::sha256);

  static Written of(Buffer bytes) {
    return new Written(bytes, tag(DIGESTS.get().digest(bytes.getBytes())));
  }

  /** In one go, since this is done for nearly every request. */
  static Written of(JsonObject body) {
    Buffer bytes = Buffer.buffer(USUAL_BYTES);
    MessageDigest digest = DIGESTS.get();
    digest.reset();
    try (OutputStream out = new DigestOutputStream(new Into(bytes), digest)) {
      DatabindCodec.mapper().writeValue(out, body);
      out.write('\n');
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new Written(bytes, tag(digest.digest()));
  }

  private static String tag(byte[] digest) {
    return "\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"";
  }

  private static final class Into extends OutputStream {
    private final Buffer bytes;

    Into(Buffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public void write(int b) {
      bytes.appendByte((byte) b);
    }

    @Override
    public void write(byte[] from, int at, int length) {
      bytes.appendBytes(from, at, length);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
