package io.sluice.gateway.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in PEM (RFC 7468), as operators have them. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final byte[] RSA_ALGORITHM = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  private Pem() {}

  /**
   * All certificates of a text, in order.
   *
   * @throws IllegalArgumentException with what was found, when there is none or one cannot be read
   */
  static List<X509Certificate> certificates(String pem) {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher block = BLOCK.matcher(pem);
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      while (block.find()) {
        if (block.group(1).equals("CERTIFICATE")) {
          byte[] der = Base64.getMimeDecoder().decode(block.group(2));
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
      }
    } catch (CertificateException unreadable) {
      throw new IllegalArgumentException("a certificate that cannot be read", unreadable);
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("no block BEGIN CERTIFICATE");
    }
    return certificates;
  }

  /**
   * The private key as PKCS #8; the older form for RSA keys (PKCS #1) is wrapped.
   *
   * @throws IllegalArgumentException without a part of the key in it
   */
  static String pkcs8(String pem) {
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return privateKey(der);
        }
        case "RSA PRIVATE KEY" -> {
          return privateKey(wrapped(der));
        }
        case "EC PRIVATE KEY" ->
            throw new IllegalArgumentException(
                "BEGIN EC PRIVATE KEY; expected BEGIN PRIVATE KEY, as openssl pkcs8 -topk8 -nocrypt"
                    + " makes it");
        case "ENCRYPTED PRIVATE KEY" ->
            throw new IllegalArgumentException("an encrypted key; expected one without password");
        default -> {
          // Certificates and parameters may stand in the same text.
        }
      }
    }
    throw new IllegalArgumentException("no block BEGIN PRIVATE KEY");
  }

  /** A certificate as PEM. */
  static String text(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException unreadable) {
      throw new IllegalStateException("a certificate that was read", unreadable);
    }
  }

  private static String privateKey(byte[] der) {
    return block("PRIVATE KEY", der);
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** RFC 5958 section 2: version, algorithm and the key as an octet string. */
  private static byte[] wrapped(byte[] rsaKey) {
    byte[] version = {0x02, 0x01, 0x00};
    byte[] key = element(0x04, rsaKey);
    byte[] content = new byte[version.length + RSA_ALGORITHM.length + key.length];
    System.arraycopy(version, 0, content, 0, version.length);
    System.arraycopy(RSA_ALGORITHM, 0, content, version.length, RSA_ALGORITHM.length);
    System.arraycopy(key, 0, content, version.length + RSA_ALGORITHM.length, key.length);
    return element(0x30, content);
  }

  private static byte[] element(int tag, byte[] content) {
    byte[] element = new byte[content.length + 4];
    element[0] = (byte) tag;
    element[1] = (byte) 0x82;
    element[2] = (byte) (content.length >>> 8);
    element[3] = (byte) content.length;
    System.arraycopy(content, 0, element, 4, content.length);
    return element;
  }
}
