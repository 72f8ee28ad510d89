package io.sluice.gateway.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in PEM (RFC 7468), as operators have them. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 0x02;
  private static final int OCTETS = 0x04;
  private static final int PARAMETERS = 0xa0;
  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  /** rsaEncryption and its absent parameters (RFC 8017 appendix A.1). */
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");

  /** id-ecPublicKey (RFC 5480 section 2.1.1); the name of the curve follows. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

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
   * The private key as PKCS #8; the older forms for RSA keys (PKCS #1) and for keys on elliptic
   * curves (RFC 5915) are wrapped.
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
          return privateKey(wrapped(RSA, der));
        }
        case "EC PRIVATE KEY" -> {
          return privateKey(wrapped(joined(EC, curve(der)), der));
        }
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
  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, joined(VERSION_0, element(SEQUENCE, algorithm), element(OCTETS, key)));
  }

  /** The name of a key's curve, as an element (RFC 5915 section 3). */
  private static byte[] curve(byte[] ecKey) {
    try {
      ByteBuffer key = content(ByteBuffer.wrap(ecKey), SEQUENCE);
      content(key, INTEGER);
      content(key, OCTETS);
      ByteBuffer parameters = content(key, PARAMETERS);
      byte[] curve = new byte[parameters.remaining()];
      parameters.get(curve);
      return curve;
    } catch (BufferUnderflowException | IllegalArgumentException unreadable) {
      throw new IllegalArgumentException(
          "BEGIN EC PRIVATE KEY without the name of its curve; expected BEGIN PRIVATE KEY, as"
              + " openssl pkcs8 -topk8 -nocrypt makes it",
          unreadable);
    }
  }

  /** What the next element holds, which is of this kind; the buffer stands behind it then. */
  private static ByteBuffer content(ByteBuffer der, int tag) {
    if ((der.get() & 0xff) != tag) {
      throw new IllegalArgumentException("another element");
    }
    int length = der.get() & 0xff;
    if (length > 0x80) {
      int bytes = length - 0x80;
      if (bytes > 2) {
        throw new IllegalArgumentException("a key of " + bytes + " bytes of length");
      }
      for (length = 0; bytes > 0; bytes--) {
        length = (length << 8) | (der.get() & 0xff);
      }
    }
    ByteBuffer content = der.slice(der.position(), Math.min(length, der.remaining()));
    der.position(der.position() + content.remaining());
    return content;
  }

  /** DER: the shortest length that will do (X.690 section 10.1). */
  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : length <= 0xff
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >>> 8), (byte) length};
    return joined(head, content);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
