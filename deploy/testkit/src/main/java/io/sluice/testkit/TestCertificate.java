package io.sluice.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A self-signed certificate and its key. */
public final class TestCertificate {
  private static final char[] PASSWORD = "testtest".toCharArray();
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyStore store;

  private TestCertificate(KeyStore store) {
    this.store = store;
  }

  /** One for these DNS names and addresses, the first of which is its subject; good for a month. */
  public static TestCertificate of(String... names) {
    try {
      KeyPairGenerator pairs = KeyPairGenerator.getInstance("EC");
      pairs.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = pairs.generateKeyPair();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("test", pair.getPrivate(), PASSWORD, new Certificate[] {sign(pair, names)});
      return new TestCertificate(store);
    } catch (IOException | GeneralSecurityException | OperatorCreationException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static Certificate sign(KeyPair pair, String... names)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    X500Name subject = new X500Name("CN=" + names[0].replace("*", "any"));
    GeneralName[] alternatives =
        Arrays.stream(names)
            .map(
                name ->
                    new GeneralName(
                        name.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName,
                        name))
            .toArray(GeneralName[]::new);
    Instant now = Instant.now();
    X509v3CertificateBuilder certificate =
        new JcaX509v3CertificateBuilder(
                subject,
                new BigInteger(64, RANDOM),
                Date.from(now.minus(Duration.ofMinutes(1))),
                Date.from(now.plus(Duration.ofDays(30))),
                subject,
                pair.getPublic())
            .addExtension(Extension.basicConstraints, false, new BasicConstraints(true))
            .addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()))
            .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
    return new JcaX509CertificateConverter()
        .getCertificate(
            certificate.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  /** The certificate as PEM. */
  public String certificate() {
    try {
      return pem("CERTIFICATE", store.getCertificate("test").getEncoded());
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The private key as PEM, in PKCS #8. */
  public String privateKey() {
    try {
      return pem("PRIVATE KEY", store.getKey("test", PASSWORD).getEncoded());
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The private key as PEM, in the form that openssl ecparam makes (RFC 5915). */
  public String ecPrivateKey() {
    try {
      ECPrivateKey key = (ECPrivateKey) store.getKey("test", PASSWORD);
      String number = "%064x".formatted(key.getS());
      String prime256v1 = "06082a8648ce3d030107";
      String der = "30310201010420" + number + "a00a" + prime256v1;
      return pem("EC PRIVATE KEY", HexFormat.of().parseHex(der));
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** A context for a program that shows this certificate, or none, and trusts the others. */
  public static SSLContext context(TestCertificate own, TestCertificate... trusted) {
    try {
      KeyStore trust = KeyStore.getInstance("PKCS12");
      trust.load(null, null);
      for (TestCertificate each : trusted) {
        Certificate certificate = each.store.getCertificate("test");
        trust.setCertificateEntry("c" + trust.size(), certificate);
      }
      TrustManagerFactory trusts =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusts.init(trust);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own == null ? null : own.store, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
