package io.sluice.gateway.config;

import java.util.Locale;

/** Texts of the form {@code sha256:HEX}. */
final class Sha256 {
  private static final String START = "sha256:";

  private Sha256() {}

  /** The 64 digits in lower case. */
  static String digits(JsonRecord json, String name, String text) throws JsonRecord.BadValue {
    String lower = text.toLowerCase(Locale.ROOT);
    String digits = lower.startsWith(START) ? lower.substring(START.length()).replace(":", "") : "";
    if (!digits.matches("[0-9a-f]{64}")) {
      throw json.bad(
          name,
          "a text of " + text.length() + " characters",
          "sha256: and 64 hexadecimal digits, never the secret itself");
    }
    return digits;
  }
}
