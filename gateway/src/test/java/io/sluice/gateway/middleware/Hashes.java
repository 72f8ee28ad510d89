package io.sluice.gateway.middleware;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Cheap hashes of passwords. */
final class Hashes {
  private static final byte[] SALT = "salt of 16 bytes".getBytes(StandardCharsets.US_ASCII);
  private static final int CHEAP = 4;

  private Hashes() {}

  /**
   * @param maker how it begins: {@code $2b}, {@code $2y} or {@code $argon2id}
   */
  static String of(String maker, String password) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    if (maker.startsWith("$2")) {
      return OpenBSDBCrypt.generate(maker.substring(1, 3), bytes, SALT, CHEAP);
    }
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(64)
            .withIterations(1)
            .withParallelism(1)
            .withSalt(SALT)
            .build());
    byte[] hash = new byte[32];
    generator.generateBytes(bytes, hash);
    Base64.Encoder text = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=64,t=1,p=1$"
        + text.encodeToString(SALT)
        + "$"
        + text.encodeToString(hash);
  }
}
