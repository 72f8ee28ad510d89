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
 * @param challenge how the name is proved
 */
public record AutoCert(
    URI directory,
    String email,
    @Nullable Duration renewBefore,
    String accountKey,
    Challenge challenge) {
  /** How a name is proved to be the fleet's. */
  public enum Challenge {
    /** The authority gets a page at port 80 (RFC 8555 section 8.3). */
    HTTP_01("http-01"),
    /** The authority looks at a certificate at port 443 (RFC 8737). */
    TLS_ALPN_01("tls-alpn-01");

    private final String label;

    Challenge(String label) {
      this.label = label;
    }

    /** How records and authorities call it. */
    public String label() {
      return label;
    }
  }

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
    Challenge challenge = challenge(json);
    json.close();
    return new AutoCert(directory, email, before.isZero() ? null : before, key, challenge);
  }

  private static Challenge challenge(JsonRecord json) throws JsonRecord.BadValue {
    String written = json.string("Challenge", Challenge.HTTP_01.label);
    for (Challenge challenge : Challenge.values()) {
      if (challenge.label.equals(written)) {
        return challenge;
      }
    }
    throw json.bad("Challenge", "\"" + Shown.text(written, 80) + "\"", "http-01 or tls-alpn-01");
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
    String by = challenge == Challenge.HTTP_01 ? "" : " " + challenge.label;
    return directory + " " + email + " " + Integer.toHexString(accountKey.hashCode()) + by;
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "AutoCert[" + directory + "]";
  }
}
