package io.sluice.gateway.config;

import java.util.List;
import java.util.Locale;

/**
 * The TLS versions and cipher suites that one side of the gateway speaks.
 *
 * @param protocols names as the JDK has them, such as {@code TLSv1.3}
 * @param cipherSuites IANA names, in the order of preference; empty for the library's choice
 */
public record TlsVersions(List<String> protocols, List<String> cipherSuites) {
  /** TLS 1.2 and 1.3 (RFC 9325 section 3.1.1). */
  public static final TlsVersions DEFAULT =
      new TlsVersions(List.of("TLSv1.2", "TLSv1.3"), List.of());

  private static final List<String> NAMES = List.of("TLSV1.2", "TLSV1.3");

  static TlsVersions read(JsonRecord tls) throws JsonRecord.BadValue {
    // Every suite that is left is a safe one, so the order of preference is the library's.
    tls.ignore("PreferServerCipherSuites");
    tls.ignore("SessionCache");
    String said = tls.string("MinVersion", "");
    String least = said.isEmpty() ? "VersionTLS12" : said;
    String name = least.toUpperCase(Locale.ROOT).replace("VERSIONTLS1", "TLSV1.");
    int from = NAMES.indexOf(name);
    if (name.equals("TLSV1.0") || name.equals("TLSV1.1")) {
      tls.warn("MinVersion", "\"" + least + "\"", "VersionTLS12, which is used: RFC 8996");
      from = 0;
    }
    if (from < 0) {
      throw tls.bad("MinVersion", "\"" + least + "\"", "VersionTLS12 or VersionTLS13");
    }
    return new TlsVersions(
        DEFAULT.protocols.subList(from, to(tls, from)), tls.strings("CipherSuites"));
  }

  /** Behind the newest version; Vulcand writes an empty text where nothing is said. */
  private static int to(JsonRecord tls, int from) throws JsonRecord.BadValue {
    String most = tls.string("MaxVersion", "");
    if (most.isEmpty()) {
      return NAMES.size();
    }
    int to = NAMES.indexOf(most.toUpperCase(Locale.ROOT).replace("VERSIONTLS1", "TLSV1."));
    if (to < from) {
      throw tls.bad(
          "MaxVersion",
          "\"" + most + "\"",
          "VersionTLS12 or VersionTLS13, and not below MinVersion: RFC 8996");
    }
    return to + 1;
  }
}
