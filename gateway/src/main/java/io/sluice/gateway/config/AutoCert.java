package io.sluice.gateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From whom a host's certificate is got, where it has no key pair of its own: {@code
 * Settings.AutoCert} of a host (RFC 8555).
 *
 * @param directory where the authority describes itself
 * @param email whom it may write to; empty for nobody
 * @param renewBefore how long before its end a certificate is replaced; null for a third of its
 *     life
 * @param accountKey the account's private key, PEM; empty for one that the gateways make for
 *     themselves; never logged nor returned
 */
public record AutoCert(
    URI directory, String email, @Nullable Duration renewBefore, String accountKey) {
  private static final String LETS_ENCRYPT = "letsencrypt";
  private static final Map<String, URI> KNOWN =
      Map.of(
          LETS_ENCRYPT,
          URI.create("https://acme-v02.api.letsencrypt.org/directory"),
          "letsencrypt-staging",
          URI.create("https://acme-staging-v02.api.letsencrypt.org/directory"));

  static AutoCert read(String host, JsonRecord settings) throws JsonRecord.BadValue {
    if (host.startsWith("*")) {
      throw settings.bad(
          "AutoCert",
          "the host " + host,
          "one name; a KeyPair for many, which no authority proves over HTTP");
    }
    JsonRecord json = settings.object("AutoCert");
    URI directory = directory(json);
    String email = json.string("Email", "");
    if (!email.isEmpty() && !email.matches("[^\\s@,?]+@[^\\s@,?]+")) {
      throw json.bad("Email", "\"" + Shown.text(email, 80) + "\"", "an address, or none");
    }
    Duration before = json.duration("RenewBefore", Duration.ZERO);
    String key = json.secret("Key");
    if (!key.isEmpty() && !key.matches("(?s)\\s*-----BEGIN (RSA|EC) PRIVATE KEY-----.*")) {
      throw json.bad(
          "Key",
          "a text of " + key.length() + " characters",
          "PEM that begins with BEGIN EC PRIVATE KEY or BEGIN RSA PRIVATE KEY");
    }
    json.close();
    return new AutoCert(directory, email, before.isZero() ? null : before, key);
  }

  private static URI directory(JsonRecord json) throws JsonRecord.BadValue {
    String written = json.string("DirectoryURL", "");
    URI known = KNOWN.get(written.isEmpty() ? LETS_ENCRYPT : written.toLowerCase(Locale.ROOT));
    if (known != null) {
      return known;
    }
    try {
      URI uri = URI.create(written);
      if ("https".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException notOne) {
      // Said below.
    }
    throw json.bad(
        "DirectoryURL",
        "\"" + Shown.text(written, 80) + "\"",
        "an address with https, letsencrypt or letsencrypt-staging");
  }

  /** What tells this from another wish, without the key. */
  public String mark() {
    return directory + " " + email + " " + Integer.toHexString(accountKey.hashCode());
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "AutoCert[" + directory + "]";
  }
}
