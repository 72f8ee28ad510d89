package io.sluice.gateway.middleware;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Compares passwords with their hashes: bcrypt, and argon2id (RFC 9106). Takes long; not on a loop.
 */
final class Passwords {
  /** The hash of a password that nobody has. */
  static final String NOBODYS = "$2b$10$abcdefghijklmnopqrstuuK2mFhJHnSbJc2yFkCZ3jJvTqBkCJXyW";

  private static final int MOST_BYTES = 72;
  private static final Pattern ARGON2 =
      Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$([^$]+)\\$([^$]+)");

  private Passwords() {}

  static boolean match(String password, String hash) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    if (hash.startsWith("$argon2id$")) {
      return argon2(bytes, hash);
    }
    // bcrypt looks at no more; longer ones would be taken for what they begin with.
    return bytes.length <= MOST_BYTES && bcrypt(bytes, hash);
  }

  private static boolean bcrypt(byte[] password, String hash) {
    try {
      return OpenBSDBCrypt.checkPassword(hash, password);
    } catch (RuntimeException unreadable) {
      return false;
    }
  }

  /** {@code $argon2id$v=19$m=65536,t=3,p=4$SALT$HASH}. */
  private static boolean argon2(byte[] password, String hash) {
    Matcher parts = ARGON2.matcher(hash);
    if (!parts.matches()) {
      return false;
    }
    byte[] expected = Base64.getDecoder().decode(parts.group(5));
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(Integer.parseInt(parts.group(1)))
            .withIterations(Integer.parseInt(parts.group(2)))
            .withParallelism(Integer.parseInt(parts.group(3)))
            .withSalt(Base64.getDecoder().decode(parts.group(4)))
            .build());
    byte[] found = new byte[expected.length];
    generator.generateBytes(password, found);
    return MessageDigest.isEqual(found, expected);
  }
}
