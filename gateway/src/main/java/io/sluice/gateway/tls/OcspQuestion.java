package io.sluice.gateway.tls;

import io.sluice.gateway.config.Ocsp;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** The question whether one certificate still holds, and what counts as its answer (RFC 6960). */
final class OcspQuestion {
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);
  private static final Duration UNTIL_ASKED_AGAIN = Duration.ofHours(1);
  private static final String MAY_ANSWER = "1.3.6.1.5.5.7.3.9";

  private final X509Certificate certificate;
  private final X509Certificate issuer;

  private OcspQuestion(X509Certificate certificate, X509Certificate issuer) {
    this.certificate = certificate;
    this.issuer = issuer;
  }

  /**
   * About the first certificate of a chain.
   *
   * @throws IllegalArgumentException when the chain does not say who issued it
   */
  static OcspQuestion about(List<X509Certificate> chain) {
    X509Certificate certificate = chain.getFirst();
    for (X509Certificate other : chain.subList(1, chain.size())) {
      if (other.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
        return new OcspQuestion(certificate, other);
      }
    }
    throw new IllegalArgumentException("a certificate without the one that issued it");
  }

  /** Where the certificate says that its issuer can be asked (RFC 5280 section 4.2.2.1). */
  List<URI> responders() {
    try {
      var extensions = new JcaX509CertificateHolder(certificate).getExtensions();
      var access =
          extensions == null ? null : AuthorityInformationAccess.fromExtensions(extensions);
      return access == null
          ? List.of()
          : Arrays.stream(access.getAccessDescriptions())
              .filter(each -> each.getAccessMethod().equals(AccessDescription.id_ad_ocsp))
              .map(AccessDescription::getAccessLocation)
              .filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
              .map(name -> name.getName().toString())
              .filter(Ocsp::isResponder)
              .map(URI::create)
              .toList();
    } catch (CertificateEncodingException | IllegalArgumentException unreadable) {
      return List.of();
    }
  }

  /** The request, DER. */
  byte[] request() throws GeneralSecurityException {
    try {
      return new OCSPReqBuilder().addRequest(id()).build().getEncoded();
    } catch (OCSPException | OperatorCreationException | IOException impossible) {
      throw new GeneralSecurityException(impossible);
    }
  }

  /**
   * Reads an answer.
   *
   * @throws GeneralSecurityException with what was found, when it does not answer this question now
   */
  Staple answer(byte[] der, boolean skipSignatureCheck, Instant now)
      throws GeneralSecurityException {
    try {
      OCSPResp outer = new OCSPResp(der);
      if (outer.getStatus() != OCSPResp.SUCCESSFUL) {
        throw new GeneralSecurityException("a refusal, status " + outer.getStatus());
      }
      if (!(outer.getResponseObject() instanceof BasicOCSPResp basic)) {
        throw new GeneralSecurityException("an answer of an unknown type");
      }
      if (!skipSignatureCheck && !isSignedByIssuer(basic, now)) {
        throw new GeneralSecurityException("an answer that the issuer did not sign");
      }
      for (SingleResp single : basic.getResponses()) {
        if (isAboutUs(single.getCertID())) {
          return staple(der, single, now);
        }
      }
      throw new GeneralSecurityException("an answer about another certificate");
    } catch (GeneralSecurityException refused) {
      throw refused;
    } catch (Exception unreadable) {
      // Whatever the library throws at bytes that are none.
      throw new GeneralSecurityException("an unreadable answer", unreadable);
    }
  }

  private static Staple staple(byte[] der, SingleResp single, Instant now)
      throws GeneralSecurityException {
    CertificateStatus status = single.getCertStatus();
    boolean revoked = status instanceof RevokedStatus;
    if (!Objects.equals(status, CertificateStatus.GOOD) && !revoked) {
      throw new GeneralSecurityException("an answer that does not know the certificate");
    }
    Instant from = single.getThisUpdate().toInstant();
    Instant until =
        single.getNextUpdate() == null
            ? now.plus(UNTIL_ASKED_AGAIN.multipliedBy(2))
            : single.getNextUpdate().toInstant();
    if (from.isAfter(now.plus(CLOCKS_DIFFER)) || !now.isBefore(until)) {
      throw new GeneralSecurityException("an answer for " + from + " to " + until);
    }
    return new Staple(der, revoked, until);
  }

  private boolean isAboutUs(CertificateID asked) throws Exception {
    return asked.getSerialNumber().equals(certificate.getSerialNumber())
        && asked.matchesIssuer(new JcaX509CertificateHolder(issuer), digests());
  }

  /** By the issuer, or by one whom the issuer has entrusted with it (RFC 6960 section 4.2.2.2). */
  private boolean isSignedByIssuer(BasicOCSPResp basic, Instant now) throws Exception {
    var verifiers = new JcaContentVerifierProviderBuilder();
    if (basic.isSignatureValid(verifiers.build(issuer))) {
      return true;
    }
    for (X509CertificateHolder holder : basic.getCerts()) {
      X509Certificate delegate = new JcaX509CertificateConverter().getCertificate(holder);
      List<String> uses = delegate.getExtendedKeyUsage();
      boolean entrusted =
          uses != null
              && uses.contains(MAY_ANSWER)
              && holder.isValidOn(Date.from(now))
              && holder.isSignatureValid(verifiers.build(issuer));
      if (entrusted && basic.isSignatureValid(verifiers.build(delegate))) {
        return true;
      }
    }
    return false;
  }

  private CertificateID id()
      throws CertificateEncodingException, OperatorCreationException, OCSPException {
    // SHA-1 names the issuer and protects nothing; responders know no other (RFC 5019 section 2).
    return new JcaCertificateID(
        digests().get(CertificateID.HASH_SHA1), issuer, certificate.getSerialNumber());
  }

  private static DigestCalculatorProvider digests() throws OperatorCreationException {
    return new JcaDigestCalculatorProviderBuilder().build();
  }
}
