package io.sluice.gateway.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What a page of the gateway may do in a browser (Content Security Policy Level 3): ask its own
 * origin, and run and look as it was written, found by hashes.
 */
final class ContentPolicy {
  private static final String NOTHING_ELSE =
      "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'; img-src data:";

  private ContentPolicy() {}

  /**
   * The policy of a page.
   *
   * @param style what stands between its style tags
   * @param script the same for its script; empty for none
   * @param framed styles of what it shows in frames that it fills itself
   */
  static String of(String style, String script, String... framed) {
    StringBuilder policy =
        new StringBuilder(NOTHING_ELSE).append("; style-src ").append(hash(style));
    for (String each : framed) {
      policy.append(' ').append(hash(each));
    }
    policy.append("; script-src ").append(script.isEmpty() ? "'none'" : hash(script));
    return policy.toString();
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
