package io.sluice.gateway.config;

import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;

/**
 * NaCl's {@code crypto_secretbox}: XSalsa20 and Poly1305, the tag before the text (Bernstein,
 * "Cryptography in NaCl", section 9).
 */
final class SecretBox {
  static final int KEY_BYTES = 32;
  static final int NONCE_BYTES = 24;
  private static final int TAG_BYTES = 16;

  private SecretBox() {}

  /** Closes a text into a box; a nonce is never used twice with one key. */
  static byte[] seal(byte[] key, byte[] nonce, byte[] text) {
    byte[] box = new byte[TAG_BYTES + text.length];
    XSalsa20Engine stream = stream(key, nonce);
    byte[] tagKey = tagKey(stream);
    stream.processBytes(text, 0, text.length, box, TAG_BYTES);
    System.arraycopy(tag(tagKey, box), 0, box, 0, TAG_BYTES);
    return box;
  }

  /** What is in a box; null when the key is another one or the box is damaged. */
  static byte @Nullable [] open(byte[] key, byte[] nonce, byte[] box) {
    if (box.length < TAG_BYTES || nonce.length != NONCE_BYTES) {
      return null;
    }
    XSalsa20Engine stream = stream(key, nonce);
    if (!MessageDigest.isEqual(tag(tagKey(stream), box), Arrays.copyOf(box, TAG_BYTES))) {
      return null;
    }
    byte[] text = new byte[box.length - TAG_BYTES];
    stream.processBytes(box, TAG_BYTES, text.length, text, 0);
    return text;
  }

  private static XSalsa20Engine stream(byte[] key, byte[] nonce) {
    XSalsa20Engine stream = new XSalsa20Engine();
    stream.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
    return stream;
  }

  /** The first 32 bytes of the stream. */
  private static byte[] tagKey(XSalsa20Engine stream) {
    byte[] tagKey = new byte[KEY_BYTES];
    stream.processBytes(new byte[KEY_BYTES], 0, KEY_BYTES, tagKey, 0);
    return tagKey;
  }

  private static byte[] tag(byte[] tagKey, byte[] box) {
    Poly1305 poly = new Poly1305();
    poly.init(new KeyParameter(tagKey));
    poly.update(box, TAG_BYTES, box.length - TAG_BYTES);
    byte[] tag = new byte[TAG_BYTES];
    poly.doFinal(tag, 0);
    return tag;
  }
}
