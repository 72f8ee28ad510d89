package io.sluice.gateway.acme;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/**
 * Pairs of keys as PEM of the private one, from which the public one is found (RFC 5915, RFC 8017).
 */
final class PemKeys {
  /** Used by name nowhere else: it is not made known to the process. */
  private static final Provider PROVIDER = new BouncyCastleProvider();

  private static final String CURVE = "secp256r1";
  private static final String NONE =
      "the account's key is none, expected an EC or RSA private key, PEM";

  private PemKeys() {}

  /** A new private key, PEM. */
  static String generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", PROVIDER);
      generator.initialize(new ECGenParameterSpec(CURVE));
      StringWriter text = new StringWriter();
      try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
        writer.writeObject(generator.generateKeyPair().getPrivate());
      }
      return text.toString();
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Reads a private key and makes the public one of it, as the JDK has them.
   *
   * @throws IOException when it is none
   */
  static KeyPair read(String pem) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      if (parser.readObject() instanceof PEMKeyPair pair) {
        boolean rsa =
            PKCSObjectIdentifiers.rsaEncryption.equals(
                pair.getPrivateKeyInfo().getPrivateKeyAlgorithm().getAlgorithm());
        KeyFactory keys = KeyFactory.getInstance(rsa ? "RSA" : "EC");
        return new KeyPair(
            keys.generatePublic(new X509EncodedKeySpec(pair.getPublicKeyInfo().getEncoded())),
            keys.generatePrivate(new PKCS8EncodedKeySpec(pair.getPrivateKeyInfo().getEncoded())));
      }
      throw new IOException(NONE);
    } catch (GeneralSecurityException unusable) {
      throw new IOException(NONE, unusable);
    }
  }
}
