package io.sluice.gateway.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The JDK's TLS of files in PEM, for clients that are not on the data path. */
public final class PemContext {
  private static final char[] NO_PASSWORD = new char[0];

  private PemContext() {}

  /**
   * A context.
   *
   * @param ca certificates to trust; null for the JDK's
   * @param cert the chain to show, with {@code key}; null to show nothing
   * @throws IOException when a file cannot be read or has not what it should
   */
  public static SSLContext of(@Nullable Path ca, @Nullable Path cert, @Nullable Path key)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          cert == null || key == null ? null : keys(cert, key),
          ca == null ? null : trust(ca),
          null);
      return context;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("TLS: " + unusable.getMessage(), unusable);
    }
  }

  private static TrustManager[] trust(Path ca) throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    for (X509Certificate each : certificates(ca)) {
      store.setCertificateEntry("ca" + store.size(), each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager[] keys(Path cert, Path key)
      throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    X509Certificate[] chain = certificates(cert).toArray(new X509Certificate[0]);
    store.setKeyEntry("own", privateKey(key), NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static List<X509Certificate> certificates(Path file) throws IOException {
    try {
      return Pem.certificates(Files.readString(file));
    } catch (IllegalArgumentException none) {
      throw new IOException(file + ": found " + none.getMessage(), none);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    byte[] der;
    try {
      String base64 = Pem.pkcs8(Files.readString(file)).replaceAll("-----[A-Z ]+-----", "");
      der = Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException none) {
      throw new IOException(file + ": found " + none.getMessage(), none);
    }
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
    InvalidKeySpecException last = null;
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException another) {
        last = another;
      }
    }
    throw new IOException(file + ": found no key that is known, expected EC, RSA or EdDSA", last);
  }
}
