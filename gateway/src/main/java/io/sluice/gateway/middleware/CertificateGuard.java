package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.ClientCert;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;

/**
 * Lets clients through by the certificate that they showed, which the listener has found to be
 * signed by one of its {@code ClientCAs}.
 */
final class CertificateGuard implements Stage {
  private static final int MOST_KEPT = 10_000;

  private final ClientCert settings;

  /** What was found, for each connection's certificate. */
  @Bounded("ten thousand connections")
  private final Cache<AsciiString, Boolean> kept =
      Caffeine.newBuilder().weakKeys().maximumSize(MOST_KEPT).executor(Runnable::run).build();

  CertificateGuard(ClientCert settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    AsciiString shown = exchange.clientCertificate();
    boolean fits = shown != null && kept.get(shown, this::fits);
    return fits ? Verdict.PROCEED : Verdict.Reply.of(Reason.CERTIFICATE_DENIED);
  }

  private boolean fits(AsciiString shown) {
    try {
      byte[] der = Base64.getDecoder().decode(shown.subSequence(1, shown.length() - 1).toString());
      String digits = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      return settings.fingerprints().contains(digits)
          || isNamed(settings.subjects(), certificate.getSubjectX500Principal())
          || isNamed(settings.issuers(), certificate.getIssuerX500Principal())
          || hasOneOf(settings.sans(), certificate);
    } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
      return false;
    }
  }

  /** By the whole name, or by its common name alone. */
  private static boolean isNamed(List<String> names, X500Principal principal) {
    for (String name : names) {
      try {
        if (name.indexOf('=') < 0
            ? name.equals(commonName(principal))
            : new LdapName(name).equals(new LdapName(principal.getName()))) {
          return true;
        }
      } catch (InvalidNameException notOne) {
        // Nobody has it.
      }
    }
    return false;
  }

  private static String commonName(X500Principal principal) throws InvalidNameException {
    return new LdapName(principal.getName())
        .getRdns().stream()
            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
            .map(rdn -> rdn.getValue().toString())
            .findFirst()
            .orElse("");
  }

  private static boolean hasOneOf(List<String> names, X509Certificate certificate)
      throws GeneralSecurityException {
    var found = certificate.getSubjectAlternativeNames();
    return found != null
        && found.stream()
            .anyMatch(each -> each.get(1) instanceof String name && names.contains(name));
  }
}
