package io.sluice.gateway.acme;

import io.sluice.gateway.config.AutoCert;
import io.sluice.gateway.config.Host;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** From when to when a certificate holds. */
record LifeSpan(Instant from, Instant until) {

  /** When a host's certificate is to be got: at once where it has none that can be read. */
  static Instant dueAt(Host host, AutoCert wanted) {
    LifeSpan span = of(host.certificate());
    boolean others =
        host.directory() != null && !wanted.directory().toString().equals(host.directory());
    return span == null || others ? Instant.MIN : span.renewAt(wanted.renewBefore());
  }

  private static @Nullable LifeSpan of(String pem) {
    try {
      X509Certificate leaf =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      return new LifeSpan(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
    } catch (CertificateException unreadable) {
      return null;
    }
  }

  /**
   * When the next one is to be got: a third of its life before its end, or as long before as was
   * written; never in the first third, however long that is, lest it be got again and again.
   */
  Instant renewAt(@Nullable Duration before) {
    Duration third = Duration.between(from, until).dividedBy(3);
    Instant written = until.minus(before == null ? third : before);
    Instant soonest = from.plus(third);
    return written.isBefore(soonest) ? soonest : written;
  }
}
