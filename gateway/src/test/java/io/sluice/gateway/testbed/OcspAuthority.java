package io.sluice.gateway.testbed;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority with one certificate for localhost, and its responder's answers. */
public final class OcspAuthority {
  public enum Answer {
    GOOD,
    GOOD_BY_DELEGATE,
    REVOKED,
    UNKNOWN,
    OVER,
    SIGNED_BY_ANOTHER,
    ABOUT_ANOTHER,
    REFUSED,
    RUBBISH
  }

  private final KeyPair rootKeys = keys();
  private final KeyPair leafKeys = keys();
  private final KeyPair delegateKeys = keys();
  private final X509Certificate root;
  private final X509Certificate leaf;
  private final X509CertificateHolder delegate;
  private volatile byte[] last = {};

  private OcspAuthority(String responder) throws Exception {
    var ca = certificate(rootKeys, "Authority", 1);
    ca.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    this.root = signed(ca);
    var server = certificate(leafKeys, "localhost", 2);
    server.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
    server.addExtension(
        Extension.authorityInfoAccess,
        false,
        new AuthorityInformationAccess(
            AccessDescription.id_ad_ocsp,
            new GeneralName(GeneralName.uniformResourceIdentifier, responder)));
    this.leaf = signed(server);
    var entrusted = certificate(delegateKeys, "Responder", 3);
    entrusted.addExtension(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning));
    this.delegate = entrusted.build(signer(rootKeys));
  }

  public static OcspAuthority withResponderAt(String address) {
    try {
      return new OcspAuthority(address);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  public String leaf() {
    return pem(leaf);
  }

  public String chain() {
    return pem(leaf) + pem(root);
  }

  public String privateKey() {
    // As PKCS #8, not in the older form that the writer would choose for a pair.
    return "-----BEGIN PRIVATE KEY-----\n"
        + java.util.Base64.getMimeEncoder().encodeToString(leafKeys.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  public byte[] lastAnswer() {
    return last;
  }

  public SSLContext trusting() {
    try {
      KeyStore trust = KeyStore.getInstance("PKCS12");
      trust.load(null, null);
      trust.setCertificateEntry("root", root);
      var trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusts.init(trust);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trusts.getTrustManagers(), null);
      return context;
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  public byte[] answer(byte[] request, Answer answer) throws IOException {
    try {
      last = made(new OCSPReq(request), answer);
      return last;
    } catch (IOException unreadable) {
      throw unreadable;
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private byte[] made(OCSPReq request, Answer answer) throws Exception {
    if (answer == Answer.RUBBISH) {
      return new byte[] {1, 2, 3};
    }
    if (answer == Answer.REFUSED) {
      return new OCSPRespBuilder().build(OCSPResponseStatus.TRY_LATER, null).getEncoded();
    }
    CertificateID asked = request.getRequestList()[0].getCertID();
    CertificateID about =
        answer == Answer.ABOUT_ANOTHER
            ? CertificateID.deriveCertificateID(asked, BigInteger.TEN)
            : asked;
    CertificateStatus status =
        switch (answer) {
          case REVOKED -> new RevokedStatus(Date.from(Instant.now()), CRLReason.keyCompromise);
          case UNKNOWN -> new UnknownStatus();
          default -> CertificateStatus.GOOD;
        };
    Instant from = Instant.now().minus(Duration.ofHours(answer == Answer.OVER ? 10 : 1));
    Instant until = from.plus(Duration.ofHours(5));
    boolean delegated = answer == Answer.GOOD_BY_DELEGATE;
    var name = new X500Name(delegated ? "CN=Responder" : "CN=Authority");
    KeyPair signing =
        switch (answer) {
          case GOOD_BY_DELEGATE -> delegateKeys;
          case SIGNED_BY_ANOTHER -> leafKeys;
          default -> rootKeys;
        };
    BasicOCSPResp basic =
        new BasicOCSPRespBuilder(new RespID(name))
            .addResponse(about, status, Date.from(from), Date.from(until))
            .build(
                signer(signing),
                delegated ? new X509CertificateHolder[] {delegate} : new X509CertificateHolder[0],
                Date.from(Instant.now()));
    return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
  }

  private X509v3CertificateBuilder certificate(KeyPair keys, String name, int serial) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        new X500Name("CN=Authority"),
        BigInteger.valueOf(serial),
        Date.from(now.minus(Duration.ofDays(1))),
        Date.from(now.plus(Duration.ofDays(30))),
        new X500Name("CN=" + name),
        keys.getPublic());
  }

  private X509Certificate signed(X509v3CertificateBuilder certificate) throws Exception {
    return new JcaX509CertificateConverter().getCertificate(certificate.build(signer(rootKeys)));
  }

  private static ContentSigner signer(KeyPair keys) throws Exception {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private static String pem(X509Certificate certificate) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(certificate);
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
    return text.toString();
  }
}
