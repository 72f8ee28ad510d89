package io.sluice.gateway.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Does a private key belong to a certificate? A signature made with the one tells the other. */
final class KeyCheck {
  private static final byte[] TEXT = {1, 2, 3, 4};

  private KeyCheck() {}

  /**
   * Returns when it does.
   *
   * @throws IllegalArgumentException when it does not, or is of a kind that cannot be used
   */
  static void match(X509Certificate certificate, String pkcs8) {
    String kind = certificate.getPublicKey().getAlgorithm();
    String signing =
        switch (kind) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519" -> "Ed25519";
          default ->
              throw new IllegalArgumentException("a key of kind " + kind + "; expected RSA or EC");
        };
    boolean matches;
    try {
      String base64 = pkcs8.replaceAll("-----[A-Z ]+-----|\\s", "");
      PrivateKey key =
          KeyFactory.getInstance(kind)
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
      Signature signer = Signature.getInstance(signing);
      signer.initSign(key);
      signer.update(TEXT);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(TEXT);
      matches = signer.verify(signature);
    } catch (GeneralSecurityException unusable) {
      throw new IllegalArgumentException("a private key that cannot be read", unusable);
    }
    if (!matches) {
      throw new IllegalArgumentException("a private key of another certificate");
    }
  }
}
